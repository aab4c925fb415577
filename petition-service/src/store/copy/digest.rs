//! Whether two tables hold the same rows, whatever their order.

use sha2::{Digest as _, Sha256};

use crate::store::engine::Value;

/// How many rows, and the sum of their hashes: the same on every engine and in every order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Digest {
    pub(super) rows: u64,
    sum: u128,
}

impl Digest {
    pub(super) fn add(&mut self, row: &[Value]) {
        let mut hash = Sha256::new();
        for cell in row {
            let bytes = match cell {
                Value::Int(value) => value.map(|value| value.to_be_bytes().to_vec()),
                Value::Text(value) => value.as_ref().map(|value| value.as_bytes().to_vec()),
                Value::Blob(value) => value.clone(),
            };
            // A null is told from nothing, and where a cell ends from where the next begins.
            match bytes {
                None => hash.update([0]),
                Some(bytes) => {
                    hash.update([1]);
                    hash.update((bytes.len() as u64).to_be_bytes());
                    hash.update(bytes);
                }
            }
        }
        let half = hash
            .finalize()
            .iter()
            .take(16)
            .fold(0, |sum: u128, byte| sum.wrapping_shl(8) | u128::from(*byte));
        self.sum = self.sum.wrapping_add(half);
        self.rows += 1;
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = self.rows.to_be_bytes().to_vec();
        bytes.extend(self.sum.to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{Digest, Value};
    use crate::store::engine::values;

    fn of(rows: &[Vec<Value>]) -> Digest {
        let mut digest = Digest::default();
        for row in rows {
            digest.add(row);
        }
        digest
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_everything_else_does() {
        let (one, two) = (values!["a", 1_i64], values!["b", None::<i64>]);
        let both = of(&[one.clone(), two.clone()]);
        assert_eq!(both, of(&[two.clone(), one.clone()]));
        assert_ne!(both, of(&[one.clone(), one.clone()]));
        assert_ne!(of(&[values!["ab", "c"]]), of(&[values!["a", "bc"]]));
        assert_ne!(of(&[values![None::<i64>]]), of(&[values![0_i64]]));
        assert_ne!(of(&[two.clone(), two]), of(&[one]));
    }
}
