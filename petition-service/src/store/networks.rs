//! What networks used, over all instances.

use super::Store;
use super::engine::{Conn, Error, bulks, values};
use super::records::StoreError;
use super::writer::{Done, Write};

bulks! {
    // One statement adds up what was used here and tells what was used everywhere.
    ADD(network Blob, hour Int, used Int) =
        "insert into network_counts (network, hour, used)
         select network, hour, used from v where true
         on conflict (network, hour) do update set used = network_counts.used + excluded.used
         returning network, hour, used";

    LOOK(network Blob, hour Int) =
        "select c.network, c.hour, c.used from v cross join network_counts c
         where c.network = v.network and c.hour = v.hour";
}

/// What a network used in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkCount {
    /// Its keyed hash.
    pub network: [u8; 16],
    /// The hour, since 1970.
    pub hour: i64,
    /// How much.
    pub used: u64,
}

impl Store {
    /// Whether other instances may work on the same database.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.reads.is_shared()
    }

    /// Adds to what networks used, each of them and each hour once, in order; the new sums.
    ///
    /// # Errors
    /// [`StoreError`]: most likely nothing was added.
    pub async fn add_network_counts(
        &self,
        counts: Vec<NetworkCount>,
    ) -> Result<Vec<NetworkCount>, StoreError> {
        if counts.is_empty() {
            return Ok(counts);
        }
        self.writer.write(Add { counts }).await
    }

    /// What networks used in their hours; without those that used nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn network_counts(
        &self,
        of: Vec<NetworkCount>,
    ) -> Result<Vec<NetworkCount>, StoreError> {
        if of.is_empty() {
            return Ok(of);
        }
        self.writer.write(Look { of }).await
    }
}

struct Add {
    counts: Vec<NetworkCount>,
}

impl Write for Add {
    type Out = Vec<NetworkCount>;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<Vec<NetworkCount>>, Error> {
        let rows = self.counts.iter().map(|count| {
            let used = i64::try_from(count.used).unwrap_or(i64::MAX);
            values![count.network.as_slice(), count.hour, used]
        });
        let rows = rows.collect();
        read(conn.bulk(&ADD, rows).await?)
    }
}

/// Asked on the writer's connection, behind what was just added.
struct Look {
    of: Vec<NetworkCount>,
}

impl Write for Look {
    type Out = Vec<NetworkCount>;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<Vec<NetworkCount>>, Error> {
        let rows = self.of.iter();
        let rows = rows.map(|count| values![count.network.as_slice(), count.hour]);
        let rows = rows.collect();
        read(conn.bulk(&LOOK, rows).await?)
    }
}

fn read(rows: Vec<super::engine::Row>) -> Result<Done<Vec<NetworkCount>>, Error> {
    let mut counts = Vec::with_capacity(rows.len());
    for row in rows {
        // Of another length only if somebody else wrote it.
        if let Ok(network) = row.blob("network")?.try_into() {
            counts.push(NetworkCount {
                network,
                hour: row.int("hour")?,
                used: u64::try_from(row.int("used")?).unwrap_or(0),
            });
        }
    }
    Ok(Done::of(counts))
}
