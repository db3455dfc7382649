//! Invented outcomes: one as it may come out, one whose every text is hostile. No real persons.

use crate::classify::Sensitivity;
use crate::detect::Meta;
use crate::domain::time::iso;
use crate::domain::{Certainty, Fingerprint, Micros, Severity};
use crate::exposure::Outcome;
use crate::exposure::outcome::*;
use crate::facts::Place;

/// What an attacker would put wherever text is taken: terminal escapes, markup, a formula, Markdown,
/// hidden and turning characters, quotes of every format, a line of its own.
pub(super) const HOSTILE: &str = "=cmd|'/c calc'!A1\u{0}\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}gnp\u{200b}\u{feff}<script>alert(1)</script><img src=x onerror=alert(1)>\"'`|[a](javascript:alert(1))|\r\n# heading\n- [ ] item\t{0} &lt; \\' http://evil.example/ \u{2028}";

/// As [`HOSTILE`], with each of the other beginnings of a formula.
pub(super) const FORMULAS: &[&str] = &["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "＝1"];

fn at(text: &str) -> Micros {
    iso(text.as_bytes()).unwrap().at
}

fn span(first: &str, last: &str) -> Span {
    Span { first: Some(at(first)), last: Some(at(last)) }
}

static SWEEP: Meta = Meta {
    id: "id-sweep",
    title: "Identifiers walked in order",
    owasp: &["API1", "API4"],
    cwe: &[639, 799],
    method: "Distinct identifiers of one endpoint by one actor, in order, against the median of all [1].",
    quiet: "an exporter with credentials of its own",
};
static OPEN: Meta = Meta {
    id: "open-endpoint",
    title: "Data without credentials",
    owasp: &["API2"],
    cwe: &[306],
    method: "Answers with data of persons to requests without credentials.",
    quiet: "menus and other public pages",
};
static EVIL: Meta =
    Meta { id: HOSTILE, title: HOSTILE, owasp: &[HOSTILE], cwe: &[639], method: HOSTILE, quiet: HOSTILE };

/// A walk over three restaurants: one actor judged, one proposed, one diner.
pub(super) fn outcome() -> Outcome {
    build(&str::to_owned, vec![&SWEEP, &OPEN])
}

/// The same with every text replaced.
pub(super) fn hostile() -> Outcome {
    build(&|_| HOSTILE.to_owned(), vec![&EVIL])
}

/// The same with every text put through `text`.
pub(super) fn build(text: &dyn Fn(&str) -> String, rules: Vec<&'static Meta>) -> Outcome {
    Outcome {
        tool: text("breachwalk 0.1.0"),
        evidence: evidence(text),
        window: span("2026-03-02T08:00:00Z", "2026-03-03T22:30:00Z"),
        coverage: Coverage {
            actors: 0,
            exchanges: 5_400,
            bodies_kept: 1_300,
            auth_unknown: 100,
            without_time: 0,
            rejects: 3,
            vulnerable: span("2026-02-01T00:00:00Z", "2026-03-04T00:00:00Z"),
            covered_us: Some(138_600_000_000),
        },
        tenant_word: text("restaurant"),
        actors: actors(text),
        tenants: tenants(text),
        classes: classes(text),
        endpoints: endpoints(text),
        timeline: timeline(),
        ledger: ledger(text),
        totals: totals(),
        estimates: vec![Estimate {
            what: text("people in orders of the walked range"),
            method: text("hit density with Wilson interval"),
            interval: Interval { point: 2_610, low: 2_543, high: 2_668 },
            level: 95,
            inputs: vec![(text("identifiers asked"), 1_000), (text("answered"), 870)],
            assumptions: vec![text("Identifiers not asked are live as often as those that were asked.")],
        }],
        severity: Some(enisa(text)),
        findings: findings(text),
        rules,
        gaps: vec![Gap {
            source: text("gateway.log"),
            from: at("2026-03-02T11:00:00Z"),
            to: at("2026-03-02T13:05:00Z"),
        }],
        limits: vec![text("Requests before 2 March were not handed over.")],
    }
}

fn evidence(text: &dyn Fn(&str) -> String) -> Vec<EvidenceSummary> {
    vec![
        EvidenceSummary {
            id: 1,
            name: text("walk.har"),
            format: text("har"),
            sha256: text("a4f1c0de00000000000000000000000000000000000000000000000000000001"),
            bytes: 2_500_000,
            exchanges: 1_300,
            rejects: 0,
            by_line: false,
            span: span("2026-03-02T09:00:00Z", "2026-03-02T10:30:00Z"),
        },
        EvidenceSummary {
            id: 2,
            name: text("gateway.log"),
            format: text("combined"),
            sha256: text("a4f1c0de00000000000000000000000000000000000000000000000000000002"),
            bytes: 800_000,
            exchanges: 4_100,
            rejects: 3,
            by_line: true,
            span: span("2026-03-02T08:00:00Z", "2026-03-03T22:30:00Z"),
        },
    ]
}

const PHONE: ClassIndex = 0;
const ORDER: ClassIndex = 1;

fn count(class: ClassIndex, values: u64, subjects: u64, records: u64, confirmed: u64, probable: u64) -> ClassCount {
    ClassCount { class, values, subjects, records, confirmed, probable }
}

fn actors(text: &dyn Fn(&str) -> String) -> Vec<ActorSummary> {
    vec![
        ActorSummary {
            key: text("address:203.0.113.9/3f2a91bc"),
            label: text("203.0.113.9 python-requests"),
            verdict: Verdict::Intruder,
            reasons: vec![text("Walked 1,000 order numbers in order within 90 minutes.")],
            address: "203.0.113.9".to_owned(),
            addresses: 1,
            user_agent: text("python-requests/2.31.0"),
            span: span("2026-03-02T09:00:00Z", "2026-03-02T10:30:00.250Z"),
            exchanges: 1_000,
            success: 870,
            refused: 0,
            throttled: 12,
            writes: 2,
            response_bytes: 3_200_000,
            tenants: 3,
            records: 870,
            subjects: 640,
            classes: vec![count(PHONE, 640, 640, 860, 860, 0), count(ORDER, 870, 0, 870, 870, 0)],
        },
        ActorSummary {
            key: text("address:2001:db8::7/00aa11bb"),
            label: text("2001:db8::7 curl"),
            verdict: Verdict::Proposed,
            reasons: vec![text("Asked 40 orders of restaurants that it never visited.")],
            address: "2001:db8::7".to_owned(),
            addresses: 2,
            user_agent: text("curl/8.6.0 ('x\\y')"),
            span: span("2026-03-03T20:00:00Z", "2026-03-03T20:05:00Z"),
            exchanges: 40,
            success: 40,
            tenants: 1,
            records: 40,
            classes: vec![count(PHONE, 0, 0, 40, 0, 40)],
            ..ActorSummary::default()
        },
        ActorSummary {
            key: text("session:5d41"),
            label: text("session of a diner"),
            verdict: Verdict::Legitimate,
            address: text("198.51.100.20"),
            exchanges: 4_360,
            success: 4_300,
            span: span("2026-03-02T08:00:00Z", "2026-03-03T22:30:00Z"),
            ..ActorSummary::default()
        },
    ]
}

fn tenants(text: &dyn Fn(&str) -> String) -> Vec<TenantSummary> {
    let tenant = |key: &str, label: &str, records, subjects, classes, actors| TenantSummary {
        key: text(key),
        name: text("store_id"),
        label: text(label),
        span: span("2026-03-02T09:00:00Z", "2026-03-03T20:05:00Z"),
        exchanges: records + 20,
        confirmed: records,
        probable: 0,
        records,
        subjects,
        classes,
        actors,
    };
    let mut blue = tenant(
        "4711",
        "Blue Door",
        540,
        400,
        vec![count(PHONE, 400, 400, 540, 500, 40), count(ORDER, 500, 0, 500, 500, 0)],
        vec![0, 1],
    );
    blue.probable = 40;
    blue.confirmed = 500;
    vec![
        blue,
        tenant(
            "4712",
            "",
            300,
            200,
            vec![count(PHONE, 200, 200, 290, 290, 0), count(ORDER, 300, 0, 300, 300, 0)],
            vec![0],
        ),
        tenant("4713", "Lime Tree", 70, 60, vec![count(PHONE, 60, 60, 70, 70, 0)], vec![0]),
    ]
}

fn classes(text: &dyn Fn(&str) -> String) -> Vec<ClassSummary> {
    vec![
        ClassSummary {
            id: text("phone-in"),
            title: text("Phone number"),
            sensitivity: Sensitivity::Simple,
            identifies: true,
            taken: count(PHONE, 640, 640, 900, 860, 40),
            tenants: 3,
            open: 640,
            seen: 700,
            example: text("+91 98•••••210"),
        },
        ClassSummary {
            id: text("order"),
            title: text("Order"),
            sensitivity: Sensitivity::Behavioural,
            identifies: false,
            taken: count(ORDER, 870, 0, 870, 870, 0),
            tenants: 3,
            open: 870,
            seen: 900,
            example: String::new(),
        },
    ]
}

fn endpoints(text: &dyn Fn(&str) -> String) -> Vec<EndpointSummary> {
    vec![EndpointSummary {
        method: text("GET"),
        host: text("api.example"),
        template: text("/stores/{store_id}/orders/{order_id}"),
        auth_present: 300,
        auth_absent: 1_040,
        auth_unknown: 100,
        exchanges: 1_440,
        success: 1_200,
        open_success: 910,
        intruder_exchanges: 1_040,
        should_authenticate: Some(true),
        classes: vec![PHONE, ORDER],
    }]
}

fn timeline() -> Timeline {
    let step = |start, intruders, others, new_records, new_subjects| Step {
        start: at(start),
        intruders,
        others,
        new_records,
        new_subjects,
    };
    Timeline {
        step_us: 3_600_000_000,
        steps: vec![
            step("2026-03-02T08:00:00Z", 0, 210, 0, 0),
            step("2026-03-02T09:00:00Z", 700, 190, 610, 450),
            step("2026-03-02T10:00:00Z", 300, 205, 260, 190),
            step("2026-03-03T20:00:00Z", 40, 400, 40, 0),
            step("2026-03-03T22:00:00Z", 0, 3_355, 0, 0),
        ],
    }
}

fn ledger(text: &dyn Fn(&str) -> String) -> Vec<ExposureRow> {
    let row = |actor, tenant, class, record: &str, subject, certainty, place| ExposureRow {
        actor,
        tenant,
        class,
        record: text(record),
        subject,
        span: span("2026-03-02T09:00:01.5Z", "2026-03-02T09:00:02Z"),
        count: 2,
        certainty,
        places: vec![place],
    };
    let person = Some(Fingerprint(0x00c0_ffee_0000_0000_0000_0000_0000_0001));
    let har = Place { evidence: 1, record: 17 };
    let log = Place { evidence: 2, record: 901 };
    vec![
        row(0, Some(0), PHONE, "order 1001", person, Certainty::Confirmed, har),
        row(0, Some(0), ORDER, "order 1001", None, Certainty::Confirmed, har),
        row(0, Some(1), PHONE, "order 2001", person, Certainty::Confirmed, har),
        row(1, Some(0), PHONE, "order 1002", None, Certainty::Probable, log),
        row(2, Some(0), PHONE, "order 3003", person, Certainty::Confirmed, log),
    ]
}

fn totals() -> Totals {
    let counts =
        |exchanges, tenants, records, subjects, values| Counts { exchanges, tenants, records, subjects, values };
    Totals {
        taken: Scope {
            confirmed: counts(870, 3, 870, 640, 1_510),
            probable: counts(40, 0, 40, 0, 0),
            reachable: Reachable {
                tenants: None,
                records: Some(Interval { point: 3_000, low: 2_900, high: 3_100 }),
                subjects: Some(Interval { point: 2_610, low: 2_543, high: 2_668 }),
            },
        },
        open: Scope {
            confirmed: counts(870, 3, 870, 640, 1_510),
            probable: counts(40, 0, 40, 0, 0),
            ..Scope::default()
        },
        rightful: Scope {
            confirmed: counts(290, 2, 120, 100, 220),
            probable: counts(0, 0, 0, 0, 0),
            ..Scope::default()
        },
    }
}

/// 2 × 1 + 0.5 + 0.25 = 2.75.
fn enisa(text: &dyn Fn(&str) -> String) -> Enisa {
    let circumstance = |what, hundredths, why| Circumstance { what: text(what), hundredths, why: text(why) };
    Enisa {
        dpc: 2,
        dpc_why: text("order: behavioural, base 2"),
        ei_hundredths: 100,
        ei_why: text("name and phone number"),
        circumstances: vec![
            circumstance("confidentiality", 50, "unknown recipients"),
            circumstance("integrity", 25, "2 successful requests that change something"),
        ],
        score_hundredths: 275,
        over_hundred: true,
        unintelligible: false,
    }
}

fn findings(text: &dyn Fn(&str) -> String) -> Vec<FindingSummary> {
    vec![
        FindingSummary {
            rule: text("id-sweep"),
            title: text("Identifiers walked in order"),
            severity: Severity::High,
            confidence: 97,
            actors: vec![0],
            endpoints: vec![text("GET api.example/stores/{store_id}/orders/{order_id}")],
            sentence: text("1,000 order numbers in order; the median actor names 2."),
            accuses: true,
            span: span("2026-03-02T09:00:00Z", "2026-03-02T10:30:00.250Z"),
            exchanges: 1_000,
            examples: vec![Place { evidence: 1, record: 1 }, Place { evidence: 2, record: 77 }],
        },
        FindingSummary {
            rule: text("open-endpoint"),
            title: text("Data without credentials"),
            severity: Severity::Medium,
            confidence: 90,
            actors: Vec::new(),
            endpoints: vec![text("GET api.example/stores/{store_id}/orders/{order_id}")],
            sentence: text("910 answers with phone numbers to requests without credentials."),
            accuses: false,
            span: span("2026-03-02T09:00:00Z", "2026-03-03T20:05:00Z"),
            exchanges: 910,
            examples: vec![Place { evidence: 2, record: 77 }],
        },
    ]
}
