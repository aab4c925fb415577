//! Copies from either engine to either, with all that a service stores.

use std::collections::BTreeSet;
use std::path::Path;

use super::{CopyError, TABLES, back_up, copy, restore};
use crate::domain::Purpose;
use crate::store::testing::{Home, On, ask, minute, on_both, signature, tokens, with_newsletter};
use crate::store::{ConfirmOutcome, Store};

on_both![
    every_column_is_copied,
    a_backup_comes_back_on_either_engine,
    nothing_is_written_over_what_is_there,
    a_count_that_is_not_its_log_stops_the_copy,
];

/// Three signatures of which two are confirmed, one of them counted; mails that wait.
async fn full(on: On) -> (Store, Home) {
    let (store, home) = on.store().await;
    for name in ["a", "b", "c"] {
        let sign_up = with_newsletter(signature(&format!("{name}@example.org")));
        store.sign_up(sign_up, minute(0)).await.expect("stored");
    }
    for (number, token) in (1..).zip(
        tokens(&store, Purpose::ConfirmSignature, 1)
            .await
            .iter()
            .take(2),
    ) {
        let confirmed = store.confirm(token, minute(number)).await;
        assert!(matches!(confirmed, Ok(ConfirmOutcome::Confirmed(_))));
        if number == 1 {
            store.fold_counts(minute(2)).await.expect("added up");
        }
    }
    (store, home)
}

fn quiet() -> impl FnMut(&'static str, u64) + Send {
    |_, _| {}
}

async fn every_column_is_copied(on: On) {
    let (store, _home) = on.store().await;
    let sql = match on {
        On::Sqlite => {
            "select m.name || '.' || p.name as path from sqlite_master m
             join pragma_table_info(m.name) p where m.type = 'table'"
        }
        On::Postgres => {
            "select cast(table_name || '.' || column_name as text) as path
             from information_schema.columns where table_schema = current_schema()"
        }
    };
    let there: BTreeSet<String> = ask(&store, sql)
        .await
        .iter()
        .map(|row| row.text("path").expect("a path"))
        .filter(|path| !path.starts_with("_sqlx") && !path.starts_with("sqlite_"))
        .filter(|path| !path.starts_with("leases.") && !path.ends_with(".seq"))
        .collect();
    let copied = TABLES.iter().flat_map(|table| {
        let path = |(column, _): &(&str, _)| format!("{}.{column}", table.name);
        table.columns.iter().map(path)
    });
    assert_eq!(there, copied.collect(), "see store/copy/tables.rs");
}

async fn a_backup_comes_back_on_either_engine(on: On) {
    let (store, home) = full(on).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("backup.sqlite");
    let made = back_up(&home.address(), &file, &mut quiet()).await;
    let made = made.expect("a backup beside the open database");
    let rows = |name: &str| made.tables.iter().find(|(table, _)| *table == name);
    assert_eq!(rows("subjects").map(|(_, rows)| *rows), Some(5));
    assert_eq!(rows("confirmations").map(|(_, rows)| *rows), Some(2));
    let names: Vec<_> = folder.path().read_dir().expect("read").collect();
    assert_eq!(names.len(), 1, "nothing half made stays: {names:?}");
    let before = std::fs::read(&file).expect("read");
    // What comes later is not in it.
    let late = signature("late@example.org");
    store.sign_up(late, minute(3)).await.expect("stored");

    for other in [On::Sqlite, On::Postgres] {
        let (_empty, target) = other.store().await;
        let restored = restore(&file, &target.address(), &mut quiet()).await;
        assert_eq!(restored.expect("restored"), made);
        let again = target.open().await;
        // It works on: the rest is counted, and new forms are taken.
        again.fold_counts(minute(4)).await.expect("added up");
        assert_eq!(again.counted("p").await.expect("counted").total, 2);
        assert_eq!(again.logged("p").await.expect("logged"), 2);
        let new = signature("new@example.org");
        again.sign_up(new, minute(4)).await.expect("stored");
        for token in tokens(&again, Purpose::ConfirmSignature, 5).await {
            assert!(again.confirm(&token, minute(6)).await.is_ok());
        }
        again.fold_counts(minute(7)).await.expect("added up");
        assert_eq!(again.counted("p").await.expect("counted").total, 3);
    }
    assert!(std::fs::read(&file).expect("read") == before, "untouched");
}

async fn nothing_is_written_over_what_is_there(on: On) {
    let (_store, home) = full(on).await;
    let (other, there) = On::Sqlite.store().await;
    let sign_up = signature("there@example.org");
    other.sign_up(sign_up, minute(0)).await.expect("stored");
    let refused = copy(&home.address(), &there.address(), &mut quiet()).await;
    assert!(
        matches!(refused, Err(CopyError::NotEmpty { .. })),
        "{refused:?}"
    );
    assert_eq!(ask(&other, "select id from subjects").await.len(), 1);
    let file = there.address();
    let file = file.file().expect("a file");
    let refused = back_up(&home.address(), file, &mut quiet()).await;
    assert!(matches!(refused, Err(CopyError::Store(_))), "{refused:?}");
    let none = restore(Path::new("/nowhere/x"), &home.address(), &mut quiet()).await;
    assert!(none.is_err());
}

async fn a_count_that_is_not_its_log_stops_the_copy(on: On) {
    let (store, home) = full(on).await;
    let (empty, target) = on.store().await;
    ask_to_write(&home, "update counts set total = total + 1").await;
    let refused = copy(&home.address(), &target.address(), &mut quiet()).await;
    assert!(
        matches!(refused, Err(CopyError::Miscounted { .. })),
        "{refused:?}"
    );
    assert!(ask(&empty, "select id from subjects").await.is_empty());
    assert_eq!(ask(&store, "select id from subjects").await.len(), 5);
}

async fn ask_to_write(home: &Home, sql: &'static str) {
    use crate::store::engine::{self, Statement};
    let statement: &'static Statement = Box::leak(Box::new(Statement::both(sql)));
    let (_, mut conn, _pool) = engine::open(&home.address(), 1).await.expect("open");
    conn.say(statement).await.expect("written");
}
