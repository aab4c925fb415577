//! The database's disk is full, and there is room again.

use super::QUEUED;
use super::journal::{comes_back, start, waiting};
use crate::store::SignUpOutcome;
use crate::store::engine::{Conn, Error, Statement, values};
use crate::store::testing::{On, minute, signature};
use crate::store::writer::{Done, Write};

/// The database has its own file system, and that is full.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_full_gets_its_forms_later() {
    let (store, home, _folder) = start(On::Sqlite).await;
    let form = signature("first@example.org");
    assert_eq!(
        store.sign_up(form, minute(0)).await.expect("stored"),
        QUEUED
    );
    let pages = store.writer.write(Pages(None)).await.expect("pages");
    store.writer.write(Pages(Some(pages))).await.expect("full");
    let mut stored = 0;
    for number in 0..400 {
        let form = signature(&format!("s{number}@example.org"));
        match store.sign_up(form, minute(0)).await.expect("taken") {
            SignUpOutcome::Kept => {}
            _ => stored += 1,
        }
    }
    assert!(stored < 400, "it was never full");
    store.recover().await.expect("it can be read");
    let full = store.replay(minute(5)).await.expect_err("still full");
    assert!(full.is_down(), "{full}");
    store
        .writer
        .write(Pages(Some(1 << 20)))
        .await
        .expect("room");
    assert_eq!(comes_back(&store).await.stored + stored, 400);
    assert_eq!(waiting(&store).await, 401);
    drop(home);
}

/// The pages that the file may have: asked, or set.
struct Pages(Option<i64>);

static HAS: Statement = Statement::both("select page_count as pages from pragma_page_count()");

impl Write for Pages {
    type Out = i64;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<i64>, Error> {
        if let Some(pages) = self.0 {
            let set: &'static str = format!("pragma max_page_count = {pages}").leak();
            let set: &'static Statement = Box::leak(Box::new(Statement::both(set)));
            conn.rows(set, values![]).await?;
        }
        let row = conn.first(&HAS, values![]).await?;
        Ok(Done::of(row.map_or(Ok(0), |row| row.int("pages"))?))
    }
}

/// A server that says `53100` whenever a form is to be stored, as one does whose disk is full: the same
/// words, from the same place. (`docs/faults.md` names the test with a real disk.)
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_disk_is_full_gets_its_forms_later() {
    let (store, _home, _folder) = start(On::Postgres).await;
    let say = async |sql| store.writer.write(Say(sql)).await.expect("said");
    say(
        "create function no_room() returns trigger language plpgsql as $$ begin
             raise exception 'could not extend file: No space left on device'
                 using errcode = '53100', hint = 'Check free disk space.';
         end $$",
    )
    .await;
    for table in ["subjects", "attempts", "outbox"] {
        let full =
            format!("create trigger full_disk before insert on {table} execute function no_room()");
        say(full.leak()).await;
        for number in 0..20 {
            let form = signature(&format!("{table}{number}@example.org"));
            let kept = store.sign_up(form, minute(0)).await;
            assert_eq!(kept.expect("kept"), SignUpOutcome::Kept);
            // It can be read, so that each form asks the server anew.
            store.recover().await.expect("it can be read");
        }
        let full = store.replay(minute(5)).await.expect_err("still full");
        assert!(full.is_down(), "{full}");
        assert_eq!(waiting(&store).await, 0, "nothing by halves");
        say(format!("drop trigger full_disk on {table}").leak()).await;
        assert_eq!(comes_back(&store).await.stored, 20);
        assert_eq!(waiting(&store).await, 20);
        say("delete from subjects").await;
    }
    let new = store.sign_up(signature("new@example.org"), minute(6)).await;
    assert_eq!(new.expect("stored"), QUEUED);
}

/// Something that the operator does.
struct Say(&'static str);

impl Write for Say {
    type Out = ();

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<()>, Error> {
        let statement: &'static Statement = Box::leak(Box::new(Statement::both(self.0)));
        conn.run(statement, values![]).await?;
        Ok(Done::of(()))
    }
}
