//! Invented people, dishes and browsers. The phone numbers have the shape of Indian mobile numbers
//! and all begin with 90000 0, so that nobody takes them for a list of real ones.

use super::rng::Rng;

const FIRST: &[&str] = &[
    "Aarav",
    "Aditi",
    "Akash",
    "Amrita",
    "Ananya",
    "Arjun",
    "Bhavna",
    "Chetan",
    "Deepa",
    "Devika",
    "Farhan",
    "Gauri",
    "Harpreet",
    "Imran",
    "Ishita",
    "Jaya",
    "Karthik",
    "Kavya",
    "Lakshmi",
    "Manoj",
    "Meera",
    "Mohammed",
    "Nandini",
    "Neha",
    "Nikhil",
    "Pooja",
    "Pranav",
    "Priya",
    "Rahul",
    "Rekha",
    "Rohan",
    "Sana",
    "Sandeep",
    "Shreya",
    "Siddharth",
    "Sneha",
    "Sunil",
    "Tanvi",
    "Varun",
    "Zoya",
];
const LAST: &[&str] = &[
    "Agarwal",
    "Banerjee",
    "Bhat",
    "Chatterjee",
    "Chauhan",
    "D'Souza",
    "Das",
    "Deshpande",
    "Fernandes",
    "Gill",
    "Gowda",
    "Gupta",
    "Hegde",
    "Iyer",
    "Jain",
    "Joshi",
    "Kapoor",
    "Khan",
    "Kulkarni",
    "Kumar",
    "Mehta",
    "Menon",
    "Mishra",
    "Mukherjee",
    "Nair",
    "Naidu",
    "Pai",
    "Patel",
    "Pillai",
    "Qureshi",
    "Rao",
    "Reddy",
    "Saxena",
    "Sethi",
    "Shah",
    "Sharma",
    "Shetty",
    "Singh",
    "Thomas",
    "Verma",
];
/// How many people there are.
pub const PEOPLE: u64 = 9_000;

/// The name of person `n`.
pub fn name(n: u64) -> String {
    let mut rng = Rng::of(11, n);
    format!("{} {}", rng.pick(FIRST), rng.pick(LAST))
}

/// The phone of person `n`, below 10,000: ten digits.
pub fn phone(n: u64) -> String {
    format!("900000{n:04}")
}

/// Dishes: name, ordinary price in paise.
pub const DISHES: &[(&str, u64)] = &[
    ("Filter Coffee", 9_000),
    ("Masala Chai", 6_000),
    ("Cold Coffee", 18_000),
    ("Cappuccino", 21_000),
    ("Fresh Lime Soda", 11_000),
    ("Mango Lassi", 14_000),
    ("Masala Dosa", 16_000),
    ("Idli Vada", 12_000),
    ("Paneer Tikka", 32_000),
    ("Butter Chicken", 42_000),
    ("Dal Makhani", 29_000),
    ("Garlic Naan", 8_000),
    ("Hyderabadi Biryani", 38_000),
    ("Veg Biryani", 30_000),
    ("Chole Bhature", 22_000),
    ("Pav Bhaji", 19_000),
    ("Vada Pav", 7_000),
    ("Aloo Paratha", 13_000),
    ("Margherita Pizza", 34_000),
    ("Penne Arrabbiata", 36_000),
    ("Club Sandwich", 24_000),
    ("French Fries", 15_000),
    ("Gulab Jamun", 11_000),
    ("Chocolate Brownie", 17_000),
];

/// Cities.
pub const CITIES: &[&str] =
    &["Bengaluru", "Mumbai", "Pune", "Delhi", "Hyderabad", "Chennai", "Kolkata", "Gurugram", "Kochi", "Jaipur"];

/// The browsers in use, of which number `n` is one of 60.
pub fn agent(n: u64) -> String {
    const ANDROIDS: &[&str] = &[
        "Android 14; SM-A546E",
        "Android 13; M2101K6P",
        "Android 10; K",
        "Android 14; CPH2591",
        "Android 12; RMX3085",
    ];
    let (kind, n) = (n % 6, n / 6);
    match kind {
        0 | 1 => format!(
            "Mozilla/5.0 (Linux; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Mobile Safari/537.36",
            ANDROIDS[(n % 5) as usize],
            129 - n / 5 - kind * 2
        ),
        2 | 3 => format!(
            "Mozilla/5.0 (iPhone; CPU iPhone OS {}_{} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{}.{} Mobile/15E148 Safari/604.1",
            kind + 14,
            n % 10,
            kind + 14,
            n % 10
        ),
        4 => format!(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36",
            129 - n
        ),
        _ => format!("Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0", 131 - n),
    }
}
