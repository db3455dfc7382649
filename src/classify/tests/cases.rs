use super::*;

#[test]
fn leaves_of_json_by_pointer() {
    let seen =
        answer(r#"{"orders":[{"id":71,"customer":{"mobile":"9812345670","email":"a@b.example"}},{"id":72}],"n":1}"#);
    assert_eq!(
        seen.sightings,
        [
            "1 response-body /orders/*/customer/mobile phone-in 98•",
            "2 response-body /orders/*/customer/email email a@•"
        ]
    );
    assert_eq!(seen.confidences, [90, 98]);
    assert_eq!(
        seen.identifiers,
        ["response-body order_id=71 0..3", "response-body order_id=72 3..4"],
        "each governs its own order"
    );
}

#[test]
fn damaged_json_gives_what_is_readable() {
    for text in [
        r#"{"mobile":"9812345670","note":"cut he"#,
        r#"{"mobile":"9812345670","a":[1,2"#,
        r#"{"a":"b" "mobile":"9812345670"}"#,
        "{\"x\":1}\n{\"mobile\":\"9812345670\"}\n",
        ")]}',\n{\"mobile\":\"9812345670\"}",
        "data: {\"mobile\":\"9812345670\"}\n\ndata: [DONE]\n",
    ] {
        let x = with_body(text);
        let mut seen = Seen::default();
        classifier().exchange(&x, None, &mut seen);
        assert_eq!(seen.sightings.len(), 1, "{text}: {:?}", seen.sightings);
        assert!(seen.sightings[0].ends_with("/mobile phone-in 98•"), "{text}: {:?}", seen.sightings);
    }
}

#[test]
fn values_inside_values() {
    let claims = "eyJtb2JpbGUiOiI5ODEyMzQ1NjcwIn0"; // {"mobile":"9812345670"}
    for text in [
        r#"{"p":"{\"mobile\":\"9812345670\"}"}"#.to_owned(),
        r#"{"p":"{\"q\":\"{\\\"mobile\\\":\\\"9812345670\\\"}\"}"}"#.to_owned(),
        format!(r#"{{"p":"{claims}"}}"#),
        format!(r#"{{"p":"eyJhbGciOiJub25lIn0.{claims}.c2ln"}}"#),
        r#"{"p":"%7B%22mobile%22%3A%229812345670%22%7D"}"#.to_owned(),
    ] {
        let seen = answer(&text);
        assert_eq!(seen.sightings.len(), 1, "{text}: {:?}", seen.sightings);
        assert!(seen.sightings[0].contains("/mobile phone-in"), "{text}: {:?}", seen.sightings);
    }
}

#[test]
fn forms_markup_and_sentences() {
    for (text, want) in [
        ("name=x&email=a%40b.example", "/email email"),
        ("<r><mobile>9812345670</mobile></r>", "/r/mobile phone-in"),
        ("<r mobile=\"9812345670\"/>", "/r/mobile phone-in"),
        ("--b\r\nContent-Disposition: form-data; name=\"mobile\"\r\n\r\n9812345670\r\n--b--", "/mobile phone-in"),
        (r#"{"note":"please call me on +91 98123 45670 at noon"}"#, "/note phone-in"),
        (r#"{"note":"mail bills to a@b.example, thank you"}"#, "/note email"),
    ] {
        let seen = answer(text);
        assert_eq!(seen.sightings.len(), 1, "{text}: {:?}", seen.sightings);
        assert!(seen.sightings[0].contains(want), "{text}: {:?}", seen.sightings);
    }
    let none = answer(r#"{"note":"your order no 9812345670 is on its way"}"#);
    assert!(none.sightings.is_empty(), "{:?}", none.sightings);
}

#[test]
fn the_request_is_read_first() {
    let mut x = Exchange::default();
    x.set(Text::Method, b"GET");
    x.set(Text::Path, b"/stores/12/customers/9812345670");
    x.set(Text::Query, b"table_no=7&email=a%40b.example&page=2");
    x.withhold(Credential::Cookie, b"theme=dark; who=a%40b.example");
    x.set(Text::RequestHeaders, br#"[["X-Mobile","9812345670"],["Authorization","Bearer<hidden: 10 bytes>"]]"#);
    let mut seen = Seen::default();
    let mut c = classifier();
    c.exchange(&x, Some(b"/stores/{n}/customers/{n}"), &mut seen);
    assert_eq!(
        seen.sightings,
        [
            "1 path customer_id phone-in 98•",
            "3 query email email a@•",
            "5 request-header x-mobile phone-in 98•",
            "7 cookie who email a@•"
        ]
    );
    assert_eq!(seen.confidences, [55, 98, 90, 90]);
    assert_eq!(seen.identifiers, ["path store_id=12 all", "path customer_id=98• all", "query table_no=7 all"]);
    assert_eq!(seen.fingerprints[0], seen.fingerprints[2], "the same phone");
    assert_eq!(seen.fingerprints[1], seen.fingerprints[3]);
    let fields = c.take_fields();
    assert_eq!(fields.len(), 4, "{fields:?}");
    assert!(fields.iter().all(|f| f.endpoint == "GET /stores/{n}/customers/{n}"));
}

#[test]
fn neighbours_make_a_name_a_persons() {
    let person = answer(r#"{"name":"Asha Rao","mobile":"9812345670"}"#);
    assert_eq!(person.confidences, [60, 90]);
    let product = answer(r#"{"name":"Tom Collins","price":410}"#);
    assert!(product.confidences.iter().all(|c| *c < REPORTED_MIN));
    let shop = answer(r#"{"restaurant":{"name":"Karims","mobile":"9812345670"}}"#);
    assert_eq!(shop.sightings.len(), 1, "{:?}", shop.sightings);
}

#[test]
fn three_parts_make_an_order() {
    let seen = answer(r#"{"orders":[{"id":"A-7","items":[{"name":"Tea"}],"total":40,"status":"paid"},{"id":"A-8"}]}"#);
    assert!(seen.sightings.contains(&"0 response-body /orders/* order-record A-•".to_owned()), "{:?}", seen.sightings);
    assert_eq!(seen.sightings.iter().filter(|s| s.contains("order-record")).count(), 1);
}

#[test]
fn a_field_decides_where_a_value_cannot() {
    let set = set();
    let judge = |pointer, class, values, passing| {
        let count =
            FieldCount { endpoint: "GET /x", location: Location::ResponseBody, pointer, class, values, passing };
        fields::judge(&set, &count)
    };
    assert_eq!(judge("/k", "card-number", 40, 40), FieldVerdict::Raise);
    assert_eq!(judge("/k", "card-number", 40, 36), FieldVerdict::Raise);
    assert_eq!(judge("/k", "card-number", 40, 35), FieldVerdict::Keep);
    assert_eq!(judge("/k", "card-number", 40, 12), FieldVerdict::Kill);
    assert_eq!(judge("/k", "card-number", 19, 0), FieldVerdict::Keep, "too few");
    assert_eq!(judge("/cardNo", "card-number", 400, 40), FieldVerdict::Keep, "the key names it");
    assert_eq!(judge("/login", "email", 400, 4), FieldVerdict::Keep, "no chance makes an e-mail");
    assert_eq!(judge("/k", "phone-in", 400, 4), FieldVerdict::Kill);
    assert!(FieldVerdict::Kill.counts(85) && !FieldVerdict::Kill.counts(79));
    assert!(FieldVerdict::Raise.counts(20) && FieldVerdict::Keep.counts(50) && !FieldVerdict::Keep.counts(49));
}

#[test]
fn fields_count_distinct_values_and_add_up() {
    let mut c = classifier();
    let run = |c: &mut Classifier| {
        for n in 0..30 {
            // 16 digits; 4242…4242 passes Luhn, one more in the last digit does not.
            let text = format!(r#"{{"k":"42424242424242{:02}","s":"same"}}"#, n % 25);
            let x = with_body(&text);
            c.exchange(&x, Some(b"/p"), &mut Seen::default());
        }
        c.take_fields()
    };
    let first = run(&mut c);
    assert_eq!(first.len(), 1, "{first:?}");
    // 25 distinct ends from 00 to 24. Luhn holds for one last digit in ten: 00..24 has two or three.
    assert_eq!(first[0].values, 25);
    assert!((2..=3).contains(&first[0].passing), "{first:?}");
    assert_eq!(run(&mut c), first, "and begins afresh");
    assert!(c.take_fields().is_empty());
}

#[test]
fn what_was_seen_before_changes_nothing() {
    let texts = [
        r#"{"b":1,"mobile":"9812345670","a":{"email":"a@b.example"}}"#,
        r#"{"mobile":"9812345670","b":1,"a":{"email":"a@b.example","x":2}}"#,
        r#"[{"9812345670":{"email":"a@b.example"}}]"#,
        r#"{"a":{"a":{"a":{"mobile":"9812345670"}}}}"#,
    ];
    let mut one = classifier();
    for round in 0..3 {
        for text in texts {
            let x = with_body(text);
            let (mut used, mut fresh) = (Seen::default(), Seen::default());
            one.exchange(&x, None, &mut used);
            classifier().exchange(&x, None, &mut fresh);
            assert_eq!(used.sightings, fresh.sightings, "{round} {text}");
            assert_eq!(used.confidences, fresh.confidences);
        }
    }
}

#[test]
fn limits_are_said() {
    let deep = "[".repeat(300);
    assert_eq!(answer(&deep).signals, ["limit.classify"]);
    let many = format!("[{}]", "1,".repeat(crate::domain::limits::LEAVES_MAX as usize + 1));
    assert_eq!(answer(&many).signals, ["limit.classify"]);
    assert!(answer("{}").signals.is_empty());
}

#[test]
fn a_typed_value_is_found_by_its_fingerprints() {
    let set = set();
    let f = Fingerprinter::new([7; 32]);
    let typed = set.normalise_for_search(&f, " 98123-45670 ");
    assert_eq!(typed, [("phone-in", f.fingerprint(b"9812345670"))]);
    assert!(answer(r#"{"mobile":"9812345670"}"#).fingerprints.contains(&typed[0].1));
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(text in "[\\[\\]{}\":,\\\\a-c0-9@<>&=%/ \n.+-]{0,200}", head in 0_usize..6) {
        let head = ["", "{", "[", "<a", "--b\r\nContent-Disposition: form-data; name=\"", "data: "][head];
        let text = format!("{head}{text}");
        let _ = answer(&text);
        let mut x = Exchange::default();
        x.set(Text::Path, text.as_bytes());
        x.set(Text::Query, text.as_bytes());
        x.set(Text::RequestHeaders, text.as_bytes());
        x.withhold(Credential::Cookie, text.as_bytes());
        x.withhold(Credential::Authorization, text.as_bytes());
        classifier().exchange(&x, None, &mut Seen::default());
    }
}
