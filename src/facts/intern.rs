//! Strings as small numbers.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Numbers strings in the order of their first appearance.
#[derive(Debug, Default, Clone)]
pub struct Interner {
    texts: Vec<Box<str>>,
    index: HashTable<(u64, u32)>,
}

impl Interner {
    /// The number of a text; a new one where it was not seen before.
    pub fn number(&mut self, text: &str) -> u32 {
        let hash = xxh3_64(text.as_bytes());
        let same = |e: &(u64, u32)| e.0 == hash && self.texts.get(e.1 as usize).is_some_and(|t| &**t == text);
        if let Some(found) = self.index.find(hash, same) {
            return found.1;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.index.insert_unique(hash, (hash, number), |e| e.0);
        self.texts.push(text.into());
        number
    }

    /// The text of a number.
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |t| t)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The texts in sorted order: for each old number its rank, and the sorted texts.
    pub fn sorted(self) -> (Vec<u32>, Vec<String>) {
        let mut order: Vec<u32> = (0..self.texts.len() as u32).collect();
        order.sort_by(|a, b| self.text(*a).cmp(self.text(*b)));
        let mut rank = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            if let Some(slot) = rank.get_mut(*old as usize) {
                *slot = new as u32;
            }
        }
        let texts = order.iter().map(|old| self.text(*old).to_owned()).collect();
        (rank, texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_equal_numbers_and_ranks_follow_the_alphabet() {
        let mut i = Interner::default();
        assert_eq!([i.number("b"), i.number("a"), i.number("b"), i.number("c")], [0, 1, 0, 2]);
        let (rank, texts) = i.sorted();
        assert_eq!(texts, ["a", "b", "c"]);
        assert_eq!(rank, [1, 0, 2]);
    }
}
