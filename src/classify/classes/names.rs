//! Names of persons, in any script. No list of names decides: the key does.

use super::rule::{HIDDEN, Mask, classes, text, words};
use crate::classify::class::{Check, Leaf};

const HONORIFICS: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "shri",
    "sri",
    "shree",
    "smt",
    "kum",
    "kumari",
    "sardar",
    "ustad",
    "pandit",
    "pt",
    "adv",
    "capt",
    "col",
    "herr",
    "frau",
    "monsieur",
    "madame",
    "mme",
    "mlle",
    "señor",
    "señora",
    "sra",
    "श्री",
    "श्रीमती",
    "திரு",
    "திருமதி",
    "শ্রী",
    "শ্রীমতী",
    "శ్రీ",
    "ಶ್ರೀ",
    "ശ്രീ",
    "શ્રી",
];

/// What stands where a name was not given.
const NOBODY: &[&str] = &[
    "guest",
    "walkin",
    "walk-in",
    "walk in",
    "customer",
    "walk-in customer",
    "cash customer",
    "user",
    "admin",
    "administrator",
    "test",
    "tester",
    "demo",
    "unknown",
    "anonymous",
    "none",
    "null",
    "nil",
    "undefined",
    "n/a",
    "na",
    "nan",
    "default",
    "system",
    "root",
    "true",
    "false",
    "yes",
    "no",
    "self",
    "other",
    "others",
    "home",
    "work",
    "office",
    "male",
    "female",
    "active",
    "inactive",
    "pending",
    "counter",
    "takeaway",
    "dine in",
    "dine-in",
    "delivery",
    "online",
    "cash",
    "upi",
    "card",
    "manager",
    "waiter",
    "staff",
    "gast",
    "client",
    "cliente",
    "kunde",
];

fn name(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    if leaf.number || shape.digits + shape.ats + shape.slashes + shape.equals + shape.colons + shape.pluses > 0 {
        return Check::No;
    }
    if !(2..=180).contains(&shape.length) || shape.lower + shape.upper + shape.high < 2 {
        return Check::No;
    }
    let Some(text) = text(leaf).filter(|t| t.chars().count() <= 64) else { return Check::No };
    // Signs of Indic scripts that are neither letters nor digits (virama, nukta) are marks above ASCII.
    let sign =
        |c: char| c.is_alphabetic() || matches!(c, ' ' | '.' | '\'' | '’' | '-' | ',') || (!c.is_ascii() && mark(c));
    if !text.chars().all(sign) || text.split_whitespace().count() > 6 {
        return Check::No;
    }
    let lower = text.to_lowercase();
    if NOBODY.contains(&lower.as_str()) {
        return Check::No;
    }
    let first = lower.split([' ', '.']).next().unwrap_or_default();
    if HONORIFICS.contains(&first) && first.len() < lower.trim_end_matches('.').len() {
        Check::Valid
    } else {
        Check::Shape
    }
}

/// Combining marks and joiners of the scripts that India writes, and of Arabic.
fn mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{0610}'..='\u{061a}' | '\u{064b}'..='\u{065f}' | '\u{0900}'..='\u{0dff}' | '\u{200c}' | '\u{200d}')
        && !c.is_numeric()
}

/// First letter of each word.
fn initials(text: &str, out: &mut String) {
    let mut any = false;
    for word in text.split_whitespace() {
        out.push_str(if any { " " } else { "" });
        let mut letters = word.chars().filter(|c| c.is_alphabetic());
        // Of a word of one or two letters nothing is shown.
        if let (Some(first), Some(_), Some(_)) = (letters.next(), letters.next(), letters.next()) {
            out.push(first);
        }
        out.push_str(HIDDEN);
        any = true;
    }
}

/// Whose name it is when it is not a person's.
const NOT_PERSON: &[&str] = &[
    "restaurant",
    "restaurants",
    "restaurant_name",
    "restro",
    "rest_name",
    "store",
    "stores",
    "storename",
    "store_name",
    "shop",
    "shop_name",
    "outlet",
    "outlets",
    "outlet_name",
    "merchant_name",
    "merchant",
    "brand",
    "brands",
    "brand_name",
    "branch_name",
    "branch",
    "business_name",
    "legal_name",
    "trade_name",
    "company",
    "company_name",
    "organisation",
    "organization",
    "org_name",
    "franchise",
    "vendor_name",
    "item",
    "items",
    "item_name",
    "itemname",
    "product",
    "products",
    "product_name",
    "productname",
    "dish",
    "dishes",
    "dish_name",
    "menu",
    "menu_name",
    "category",
    "categories",
    "category_name",
    "cart",
    "cuisine",
    "addon",
    "addons",
    "variant",
    "modifier",
    "combo",
    "recipe",
    "ingredient",
    "sku",
    "bank_name",
    "bank",
    "city",
    "state",
    "country",
    "area_name",
    "locality",
    "event_name",
    "event",
    "file_name",
    "filename",
    "host_name",
    "hostname",
    "domain",
    "service_name",
    "class_name",
    "function_name",
    "table_name",
    "table",
    "column",
    "field",
    "template_name",
    "campaign",
    "coupon",
    "offer",
    "plan_name",
    "plan",
    "device_name",
    "device",
    "app_name",
    "app",
    "browser",
    "os",
    "font",
    "image",
    "display_name_key",
    "role_name",
    "role",
    "group_name",
    "tag",
    "tags",
    "song",
    "movie",
    "venue",
    "hotel",
    "hotel_name",
    "cafe",
    "kitchen",
    "zone",
    "floor",
    "section",
    "printer",
    "terminal",
    "payment_method",
    "gateway",
    "status",
    "language",
    "currency",
    "tax_name",
    "charge",
    "discount",
];

classes! {
    /// Name of a person.
    PERSON_NAME {
        id: "person-name", title: "Person's name", Simple;
        keys: &[
            "customer_name", "customername", "cust_name", "custname", "cust_nm", "custnm", "customer_nm", "customers_name", "cname", "c_name", "full_name",
            "fullname", "full_nm", "first_name", "firstname", "first_nm", "fname", "f_name", "last_name", "lastname", "last_nm", "lname", "l_name",
            "middle_name", "middlename", "mname", "surname", "sur_name", "given_name", "givenname", "family_name", "familyname", "maiden_name",
            "nickname", "nick_name", "person_name", "user_name", "user_full_name", "users_name", "guest_name", "guestname", "guest", "guests_name", "rider_name",
            "rider", "ridername", "driver_name", "driver", "drivername", "delivery_boy", "delivery_boy_name", "delivery_person", "delivery_partner_name",
            "waiter", "waiter_name", "captain_name", "captain", "steward", "steward_name", "server_person", "cashier", "cashier_name", "staff_name",
            "employee_name", "emp_name", "empname", "employee", "manager_name", "manager", "owner_name", "owner", "ownername", "proprietor", "chef_name",
            "contact_name", "contact_person", "contactperson", "contactname", "receiver_name", "receiver", "recipient_name", "recipient", "consignee",
            "sender_name", "payer_name", "payee_name", "payername", "payeename", "beneficiary", "beneficiary_name", "account_holder", "account_holder_name",
            "account_name", "holder_name", "holder", "cardholder", "card_holder", "cardholder_name", "name_on_card", "nameoncard", "card_name",
            "billing_name", "shipping_name", "bill_to_name", "ship_to_name", "buyer_name", "buyer", "booked_by", "ordered_by", "placed_by", "created_by_name",
            "reviewer", "reviewer_name", "author_name", "patient_name", "patient", "passenger_name", "passenger", "member_name", "subscriber_name",
            "student_name", "father_name", "fathers_name", "mother_name", "mothers_name", "spouse_name", "nominee", "nominee_name", "guardian_name",
            "customer_info_name", "customer_details_name", "user_info_name", "profile_name", "consumer_name", "client_name", "patron_name", "diner_name",
            "attendee", "host_person", "kontakt", "vorname", "nachname", "familienname", "kundenname", "kunde", "inhaber", "prenom", "prénom", "nom",
            "nom_client", "nom_de_famille", "nombre", "apellido", "apellidos", "nombre_cliente", "titular", "nome", "cognome", "sobrenome", "naam", "naav",
            "grahak", "grahak_naam", "graahak", "customer_full_name", "primary_name", "legal_first_name", "legal_last_name", "aadhaar_name", "pan_name",
            "name_as_per_pan", "name_as_per_aadhaar", "verified_name", "user_display_name", "to_name", "from_name", "party_name", "उपभोक्ता", "ग्राहक", "नाम",
            "user_profile_name", "person_nm", "display_name",
        ];
        not: NOT_PERSON;
        weights: (0, 45, 85, 95);
        by: "letters of any script, up to six words, no digits; confirmed by a form of address";
        check: name, normal: words, mask: Mask::By(initials);
        samples: [
            ("Asha Rao", Shape, "A••• R•••"), ("Mr. Ravi Kumar", Valid, "••• R••• K•••"), ("आशा राव", Shape, "आ••• र•••"), ("கவிதா முருகன்", Shape, ""),
            ("অনন্যা সেন", Shape, ""), ("محمد علی", Shape, ""), ("O'Brien-Smith", Shape, ""), ("José Muñoz", Shape, "J••• M•••"),
            ("Guest", No, ""), ("Asha 2", No, ""), ("asha@example.com", No, ""), ("A", No, ""), ("dine_in", No, ""),
        ]
    }
}
