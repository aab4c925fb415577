//! What must hold whatever stands in a journal's file: what the fuzz target `service_journal` tries.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::DateTime;
use uuid::Uuid;

use super::reading::{Next, NotRead, Reading};
use super::segment::{Entry, FRONT, MAGIC, Segment};
use super::{entry, files};
use crate::domain::seal::{HotKey, KeyId, Zeroizing};
use crate::domain::{Keys, Private, TokenSecret};
use crate::store::hot_keys::WrappedKey;
use crate::store::{NotSealed, Sealed, StoreOptions, Vault};

/// Takes any bytes: a form as it lies in the journal, if they begin like one, or else what is written
/// into a file and what becomes of it.
pub fn journal(bytes: &[u8]) {
    match bytes.first() {
        Some(b'{') => form(bytes),
        _ => file(Plan(bytes)),
    }
}

/// What is taken for a form is written again the same.
fn form(bytes: &[u8]) {
    let options = Arc::new(StoreOptions::new(Arc::new(OneKey)));
    let now = DateTime::UNIX_EPOCH;
    let Ok(form) = entry::from_bytes(bytes, &options, now) else {
        return;
    };
    let written = entry::to_bytes(&form);
    let again = entry::from_bytes(&written, &options, now).expect("what was written is read");
    assert_eq!(entry::to_bytes(&again), written);
}

/// Writes entries, changes the file, and reads it.
fn file(mut plan: Plan<'_>) {
    let folder = tempfile::tempdir().expect("a folder");
    let count = plan.byte() % 8;
    let entries: Vec<Entry> = (0..count)
        .map(|_| {
            let length = plan.byte();
            Zeroizing::new(plan.bytes(length).to_vec())
        })
        .collect();
    let mut segment = Segment::create(folder.path(), &OneKey).expect("made");
    for together in entries.chunks(3) {
        segment.append(together).expect("written");
    }
    drop(segment);
    let [path] = files(folder.path())
        .expect("readable")
        .try_into()
        .expect("one");
    let whole = fs::read(&path).expect("readable");
    let written = Written::new(&whole, &entries);
    let mut changed = whole.clone();
    for _ in 0..8 {
        if plan.0.is_empty() {
            break;
        }
        plan.change(&mut changed);
    }
    fs::write(&path, &changed).expect("written");
    written.check(&path, &changed, &whole);
}

/// A file as it was written.
struct Written<'a> {
    head: &'a [u8],
    /// Each entry as it stands in the file, and what it holds.
    frames: Vec<(&'a [u8], &'a Entry)>,
}

impl<'a> Written<'a> {
    fn new(whole: &'a [u8], entries: &'a [Entry]) -> Self {
        let at = MAGIC.len() + 8;
        let wrapped = u16::from_be_bytes([whole[at], whole[at + 1]]);
        let (head, mut rest) = whole.split_at(at + 2 + usize::from(wrapped));
        let mut frames = Vec::new();
        for entry in entries {
            let size = u32::from_be_bytes([rest[0], rest[1], rest[2], rest[3]]);
            let (frame, after) = rest.split_at(FRONT + size as usize);
            frames.push((frame, entry));
            rest = after;
        }
        assert!(rest.is_empty(), "nothing else is written");
        Self { head, frames }
    }

    /// What a changed file still holds, in its order.
    fn left_in(&self, changed: &[u8]) -> Vec<&(&'a [u8], &'a Entry)> {
        let mut left = Vec::new();
        let mut rest = &changed[self.head.len()..];
        while !rest.is_empty() {
            let found = self
                .frames
                .iter()
                .find(|(frame, _)| rest.starts_with(frame));
            rest = &rest[found.map_or(1, |(frame, _)| frame.len())..];
            left.extend(found);
        }
        left
    }

    fn check(&self, path: &Path, changed: &[u8], whole: &[u8]) {
        let mut reading = match Reading::open(path, &OneKey) {
            Ok(reading) => reading,
            Err(NotRead::Failed(error)) => panic!("{error}"),
            Err(NotRead::Strange) => {
                assert!(!changed.starts_with(self.head), "it opens");
                assert!(path.exists(), "it stays for a person");
                return;
            }
            Err(NotRead::Taken) => {
                let key = changed.get(MAGIC.len()..self.head.len()).expect("a head");
                assert!(key.iter().all(|byte| *byte == 0), "it could be read");
                return;
            }
        };
        assert!(changed.starts_with(self.head), "another key");
        let (mut read, mut damaged) = (Vec::new(), 0);
        let torn = loop {
            match reading.next().expect("readable") {
                Next::Entry(entry) => read.push(entry),
                Next::Damaged => damaged += 1,
                Next::End { torn } => break torn,
            }
            assert!(read.len() + damaged <= changed.len(), "it never ends");
        };
        let left = self.left_in(changed);
        let held: Vec<&Entry> = left.iter().map(|(_, entry)| *entry).collect();
        assert_eq!(read.iter().collect::<Vec<_>>(), held);
        let bytes: usize = left.iter().map(|(frame, _)| frame.len()).sum();
        let all = self.head.len() + bytes == changed.len();
        assert_eq!(damaged == 0 && !torn, all, "what is no entry is seen");
        if whole.starts_with(changed) {
            assert_eq!((damaged, torn), (0, !all), "cut off");
        }
        if damaged == 0 {
            reading.destroy().expect("destroyed");
        } else {
            let aside = reading.set_aside().expect("set aside");
            assert_eq!(fs::read(aside).expect("there"), changed);
        }
        assert!(!path.exists(), "it is not read again");
    }
}

/// What to do, as bytes. Where there are none any more, zeros.
struct Plan<'a>(&'a [u8]);

impl<'a> Plan<'a> {
    fn bytes(&mut self, most: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        bytes
    }

    fn byte(&mut self) -> usize {
        usize::from(self.bytes(1).first().copied().unwrap_or_default())
    }

    /// A place in a file, its end among them.
    fn place(&mut self, file: &[u8]) -> usize {
        (self.byte() << 8 | self.byte()) % (file.len() + 1)
    }

    fn change(&mut self, file: &mut Vec<u8>) {
        let what = self.byte();
        let at = self.place(file);
        let end = file.len().min(at + self.byte() + 1);
        match what % 7 {
            0 => file.truncate(at),
            1 => file[at..end].fill(0),
            2 => file
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|byte| *byte ^= 1 << (what / 7 % 8)),
            3 => drop(file.splice(at..at, self.bytes(end - at).to_vec())),
            4 => drop(file.drain(at..end)),
            // A sector that stands twice, or was put back.
            5 => {
                let part = file[at..end].to_vec();
                let to = self.place(file);
                drop(file.splice(to..to, part));
            }
            _ => file.extend(std::iter::repeat_n(0, end - at)),
        }
    }
}

/// A vault for the keys of journals only.
#[derive(Debug)]
struct OneKey;

impl Vault for OneKey {
    fn seal_form(&self, _: &str, _: Uuid, _: &[u8]) -> Result<Sealed, NotSealed> {
        Err(NotSealed)
    }

    fn seal_recipient(&self, _: Uuid, _: &[u8]) -> Result<Sealed, NotSealed> {
        Ok(Sealed::nothing())
    }

    fn open_recipient(&self, _: Uuid, _: &Sealed) -> Option<Private<Vec<u8>>> {
        None
    }

    fn knows(&self, _: [u8; 8]) -> bool {
        false
    }

    fn learn(&self, _: &[WrappedKey]) {}

    fn wrap(&self, key: &HotKey) -> Result<Vec<u8>, NotSealed> {
        let with = Keys::new(b"secret").wrapping_key();
        key.wrap(&with).map_err(|_| NotSealed)
    }

    fn unwrap_key(&self, id: KeyId, wrapped: &[u8]) -> Option<HotKey> {
        let with = Keys::new(b"secret").wrapping_key();
        HotKey::unwrap_from(id, wrapped, &with).ok()
    }

    fn seal_with_token(&self, _: &TokenSecret, _: &[u8]) -> Result<Vec<u8>, NotSealed> {
        Err(NotSealed)
    }

    fn open_with_token(&self, _: &TokenSecret, _: &[u8]) -> Option<Private<Vec<u8>>> {
        None
    }

    fn mark(&self, _: &[&[u8]]) -> [u8; 16] {
        [0; 16]
    }
}

#[cfg(test)]
mod tests {
    use super::journal;

    /// Two entries, `abc` and `de`, each of them `FRONT` and 41 bytes longer in the file, after a head of 94.
    const TWO: &[u8] = b"\x02\x03abc\x02de";

    fn changed(change: &[u8]) {
        journal(&[TWO, change].concat());
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        journal(b"");
        changed(b"");
    }

    #[test]
    fn a_file_that_was_cut_anywhere_gives_what_is_whole() {
        for at in 0..=255 {
            changed(&[0, 0, at]);
        }
    }

    /// Not the first byte that does not fit ends the reading: what was acknowledged may follow.
    #[test]
    fn what_stands_behind_a_flipped_bit_is_read() {
        for at in 0..=255 {
            for bit in 0..8 {
                changed(&[2 + 7 * bit, 0, at]);
            }
        }
    }

    #[test]
    fn what_stands_behind_zeros_is_read_and_a_head_of_zeros_is_not_taken_for_a_destroyed_key() {
        for at in 0..=255 {
            for length in [0, 1, 9, 60, 127, 255] {
                changed(&[1, 0, at, length]);
            }
        }
    }

    #[test]
    fn what_was_put_in_taken_out_or_doubled_is_seen() {
        for at in 0..=255 {
            changed(&[3, 0, at, 4, b'x', b'y', b'z', b'x', b'y']);
            changed(&[4, 0, at, 12]);
            changed(&[5, 0, 94, 55, 0, at]);
            changed(&[6, 0, at, 255]);
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(500))]
        #[test]
        fn whatever_stands_there(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            journal(&bytes);
        }
    }
}
