//! Which personal values belong to one person. Values are known by fingerprint; two are linked where
//! one object of one answer holds both and nothing that contradicts.

use hashbrown::HashMap;

/// Union-find over fingerprints. Roots do not depend on the order of linking: the smallest
/// fingerprint of a person stands for it.
#[derive(Debug, Default, Clone)]
pub struct Subjects {
    numbers: HashMap<u128, u32>,
    values: Vec<u128>,
    parent: Vec<u32>,
}

impl Subjects {
    /// The node of a fingerprint.
    pub fn node(&mut self, fingerprint: u128) -> u32 {
        let next = self.values.len() as u32;
        let number = *self.numbers.entry(fingerprint).or_insert(next);
        if number == next {
            self.values.push(fingerprint);
            self.parent.push(next);
        }
        number
    }

    fn value(&self, node: u32) -> u128 {
        self.values.get(node as usize).copied().unwrap_or_default()
    }

    fn up(&self, node: u32) -> u32 {
        self.parent.get(node as usize).copied().unwrap_or(node)
    }

    fn set(&mut self, node: u32, parent: u32) {
        if let Some(slot) = self.parent.get_mut(node as usize) {
            *slot = parent;
        }
    }

    fn root(&mut self, mut node: u32) -> u32 {
        while self.up(node) != node {
            let above = self.up(self.up(node));
            self.set(node, above);
            node = above;
        }
        node
    }

    /// Says that two values are of one person.
    pub fn link(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = if self.value(a) <= self.value(b) { (a, b) } else { (b, a) };
        self.set(high, low);
    }

    /// The fingerprint that stands for the person.
    pub fn person(&mut self, node: u32) -> u128 {
        let root = self.root(node);
        self.value(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linked_values_are_one_person_whatever_the_order() {
        for order in [[(1, 2), (2, 3), (8, 9)], [(8, 9), (2, 3), (1, 2)]] {
            let mut s = Subjects::default();
            for (a, b) in order {
                let (a, b) = (s.node(a), s.node(b));
                s.link(a, b);
            }
            let people: Vec<u128> = [1, 2, 3, 8, 9]
                .iter()
                .map(|f| {
                    let n = s.node(*f);
                    s.person(n)
                })
                .collect();
            assert_eq!(people, [1, 1, 1, 8, 8]);
        }
    }
}
