//! The regimes as tables: what each notice must hold, in this project's own words.

use super::Regime;
use super::deadline::When;
use super::fill::Fill;

/// A regime's notice.
#[derive(Debug)]
pub(super) struct Law {
    /// Heading.
    pub title: &'static str,
    /// Which rules, and what of this is not read in the source.
    pub basis: &'static str,
    /// Zone in which days are counted and times are shown beside UTC.
    pub zone: &'static str,
    /// Deadlines.
    pub deadlines: &'static [Due],
    /// One for each addressee.
    pub parts: &'static [Part],
}

/// A deadline.
#[derive(Debug)]
pub(super) struct Due {
    pub what: &'static str,
    pub when: When,
    pub counted: &'static str,
}

/// What one addressee is told.
#[derive(Debug)]
pub(super) struct Part {
    pub title: &'static str,
    pub rule: &'static str,
    pub fields: &'static [Field],
}

/// One thing that must be said.
#[derive(Debug)]
pub(super) struct Field {
    pub title: &'static str,
    /// What the evidence says to it.
    pub fills: &'static [Fill],
    /// What people must answer.
    pub asks: &'static [&'static str],
}

const fn field(title: &'static str, fills: &'static [Fill], asks: &'static [&'static str]) -> Field {
    Field { title, fills, asks }
}

const CONTACT: &[&str] = &["name, role, telephone and e-mail of the contact"];
const MEASURES: &[&str] = &[
    "what was done to stop it, and since when",
    "what was done to lessen the harm",
    "what is planned, and until when",
    "whether the same walk was tried again after the fix, and what it got",
];

pub(super) const fn law(regime: Regime) -> &'static Law {
    match regime {
        Regime::Gdpr => &GDPR,
        Regime::Dpdp => &DPDP,
        Regime::CertIn => &CERT_IN,
        Regime::Sec => &SEC,
        Regime::Hipaa => &HIPAA,
    }
}

static GDPR: Law = Law {
    title: "Notice of a personal data breach: GDPR, articles 33 and 34",
    basis: "Regulation (EU) 2016/679. The authority is told unless the breach is unlikely to result in a risk to people; \
            a late notice says why it is late. What is not known yet may follow in phases. Breaches are kept in a \
            register with their facts, effects and remedies, told or not. A processor tells its controller without \
            undue delay.",
    zone: "UTC",
    deadlines: &[
        Due {
            what: "Notice to the supervisory authority",
            when: When::Hours(72),
            counted: "72 hours from awareness, every hour counted; the union's rules on periods may give more, check with counsel",
        },
        Due {
            what: "Message to the people affected, if the risk is high",
            when: When::AtOnce,
            counted: "without undue delay (check with counsel)",
        },
    ],
    parts: &[
        Part {
            title: "To the supervisory authority (article 33)",
            rule: "At least the following.",
            fields: &[
                field(
                    "Nature of the breach (33(3)(a))",
                    &[Fill::Nature, Fill::Timing, Fill::Systems, Fill::Causes],
                    &[],
                ),
                field(
                    "Categories and approximate number of people (33(3)(a))",
                    &[Fill::People, Fill::Tenants],
                    &["which groups these people belong to (customers, staff, minors), and in which countries"],
                ),
                field(
                    "Categories and approximate number of records (33(3)(a))",
                    &[Fill::Records, Fill::Categories, Fill::Reach],
                    &[],
                ),
                field("Data protection officer or other contact (33(3)(b))", &[], CONTACT),
                field(
                    "Likely consequences (33(3)(c))",
                    &[Fill::Consequences, Fill::Severity],
                    &["whether the data were public before", "whether the data are known to have been used"],
                ),
                field("Measures taken or proposed (33(3)(d))", &[], MEASURES),
                field("If later than 72 hours: why (33(1))", &[], &["the reasons, or: in time"]),
                field(
                    "What will follow in phases (33(4))",
                    &[Fill::Coverage],
                    &["what is still being looked into, and until when"],
                ),
            ],
        },
        Part {
            title: "To the people affected (article 34)",
            rule: "Owed where the risk to people is high; in clear and plain language. Not owed where the data are \
                   unintelligible to whoever got them, where later measures took the high risk away, or where it would \
                   take disproportionate effort: then by public communication (check with counsel).",
            fields: &[
                field("What happened", &[Fill::Timing], &["the nature of the breach in two plain sentences"]),
                field("Which of your data", &[Fill::Kinds], &["which of these concern this person"]),
                field("Whom you can ask", &[], CONTACT),
                field("What may follow", &[Fill::Consequences], &[]),
                field("What we have done and what you can do", &[], MEASURES),
            ],
        },
    ],
};

static DPDP: Law = Law {
    title: "Intimation of a personal data breach: India, DPDP Rules, rule 7",
    basis: "Digital Personal Data Protection Act 2023 and Rules. The Board and each person affected are told; there is no \
            threshold of risk (check with counsel). Rule 7 is said to apply from about May 2027, with penalties of up \
            to 200 crore rupees for not telling and 250 crore rupees for missing safeguards (check with counsel).",
    zone: "Asia/Kolkata",
    deadlines: &[
        Due { what: "Each person affected", when: When::AtOnce, counted: "without delay" },
        Due { what: "Board, first intimation", when: When::AtOnce, counted: "without delay" },
        Due {
            what: "Board, detailed report",
            when: When::Hours(72),
            counted: "72 hours from awareness; longer if the Board grants it on a written request",
        },
    ],
    parts: &[
        Part {
            title: "To each person affected (rule 7(1))",
            rule: "Through her account or the channel she registered, concise and plain.",
            fields: &[
                field(
                    "Description: nature, extent, timing, location (a)",
                    &[Fill::Timing, Fill::Kinds],
                    &["what happened and where, in words she understands", "which of these data are hers"],
                ),
                field("Consequences likely to concern her (b)", &[Fill::Consequences], &[]),
                field("Measures taken and under way (c)", &[], MEASURES),
                field("What she can do to be safe (d)", &[], &["steps for her, by kind of data"]),
                field("Business contact (e)", &[], CONTACT),
            ],
        },
        Part {
            title: "To the Board without delay (rule 7(2)(a))",
            rule: "A description with its likely impact.",
            fields: &[
                field("Nature and extent", &[Fill::Nature, Fill::People, Fill::Records], &[]),
                field("Timing", &[Fill::Timing], &["when and how it was noticed"]),
                field("Location", &[Fill::Systems], &["where the systems stand"]),
                field("Likely impact", &[Fill::Consequences, Fill::Severity], &[]),
            ],
        },
        Part {
            title: "To the Board within 72 hours (rule 7(2)(b))",
            rule: "More, as far as it is known by then.",
            fields: &[
                field(
                    "(i) Updated detail",
                    &[Fill::People, Fill::Records, Fill::Categories, Fill::Tenants, Fill::Reach, Fill::Coverage],
                    &[],
                ),
                field(
                    "(ii) Broad facts: events, circumstances, reasons",
                    &[Fill::Causes],
                    &["why the weakness was there, and since when"],
                ),
                field("(iii) Mitigation done or proposed", &[], MEASURES),
                field("(iv) Findings on who caused it", &[Fill::Intruders], &["what else is known about them"]),
                field("(v) Remedies so that it does not recur", &[], &["what was changed for good"]),
                field(
                    "(vi) Report on the intimations given",
                    &[],
                    &["how many people were told, when and how", "whom it was not possible to tell, and why"],
                ),
            ],
        },
    ],
};

static CERT_IN: Law = Law {
    title: "Incident report to CERT-In: India, directions of 28 April 2022",
    basis: "Information Technology Act 2000, section 70B(6). To incident@cert-in.org.in or 1800-11-4949. Logs are kept \
            for 180 days, in India. The form's fields below follow practice; the official form may differ (check with counsel).",
    zone: "Asia/Kolkata",
    deadlines: &[Due {
        what: "Report to CERT-In",
        when: When::Hours(6),
        counted: "6 hours from noticing the incident or being told of it",
    }],
    parts: &[Part {
        title: "Report",
        rule: "With what is known within the six hours; the rest follows.",
        fields: &[
            field(
                "1. Kind of incident (Annexure I)",
                &[],
                &[
                    "choose: 3 unauthorised access to systems or data; 10 attacks on applications; 11 data breach; 12 data leak; 14 attacks on digital payment systems",
                ],
            ),
            field(
                "2. Time of occurrence and detection",
                &[Fill::Timing],
                &["when it was noticed, in IST, and by whom"],
            ),
            field("3. Organisation", &[], &["name, CIN, sector, address"]),
            field(
                "4. Affected systems",
                &[Fill::Systems],
                &["addresses of the systems, operating system and software, own premises or cloud"],
            ),
            field(
                "5. Scope, symptoms and impact",
                &[Fill::Nature, Fill::People, Fill::Records, Fill::Categories, Fill::Tenants, Fill::Causes],
                &["functions of the business that are affected"],
            ),
            field("6. Indicators", &[Fill::Intruders], &[]),
            field(
                "7. Security systems deployed, and containment",
                &[],
                &["which security systems were in place", "what was done to contain it, and when"],
            ),
            field("8. Contact", &[], CONTACT),
            field("9. Other", &[Fill::Coverage, Fill::Severity], &["who else was told: Board, police, banks"]),
        ],
    }],
};

static SEC: Law = Law {
    title: "Material cybersecurity incident: United States, Form 8-K, item 1.05",
    basis: "Owed when the registrant judges the incident to be material, which it must do without unreasonable delay after \
            discovery. Item 1.05 counts from that judgement, not from discovery: the date below is right only if both fall \
            on the same day. An incident that is not material, or not judged yet, can be told under item 8.01. The Attorney \
            General can grant a delay of 30 days and more (extensions: check with counsel).",
    zone: "America/New_York",
    deadlines: &[Due {
        what: "Form 8-K, item 1.05",
        when: When::BusinessDays(4),
        counted: "4 business days after the judgement; weekends are skipped, holidays are not considered",
    }],
    parts: &[Part {
        title: "Item 1.05(a)",
        rule: "The material aspects; no technical detail that would hinder the response. What is not determined is said to \
               be so and follows by an amendment within four business days of being known.",
        fields: &[
            field(
                "Nature",
                &[Fill::Nature],
                &["the incident in terms of the business", "when and by whom it was judged to be material"],
            ),
            field("Scope", &[Fill::People, Fill::Records, Fill::Categories, Fill::Tenants, Fill::Reach], &[]),
            field("Timing", &[Fill::Timing], &["when it was discovered", "whether it is over"]),
            field(
                "Material impact, or impact that is reasonably likely",
                &[Fill::Consequences],
                &[
                    "financial condition and results",
                    "customers, reputation, competition",
                    "law suits and inquiries to be expected",
                ],
            ),
            field("Not determined at the time of filing", &[Fill::Coverage], &["what else is not known"]),
        ],
    }],
};

static HIPAA: Law = Law {
    title: "Breach of unsecured protected health information: United States, 45 CFR 164.402 to 164.414",
    basis: "Only where the organisation is a covered entity or a business associate and the data are health information. \
            Every rule of this draft is from general knowledge: check with counsel.",
    zone: "America/New_York",
    deadlines: &[
        Due {
            what: "Individuals; by a business associate: the covered entity, with each individual's identity",
            when: When::Days(60),
            counted: "without unreasonable delay, at most 60 calendar days from discovery (check with counsel)",
        },
        Due {
            what: "Department of Health and Human Services, 500 people or more",
            when: When::Days(60),
            counted: "with the notice to individuals; fewer than 500: within 60 days after the end of the year (check with counsel)",
        },
        Due {
            what: "Media, more than 500 people of one state",
            when: When::Days(60),
            counted: "as for individuals (check with counsel)",
        },
    ],
    parts: &[
        Part {
            title: "Risk assessment (164.402(2))",
            rule: "A breach is presumed unless these four show a low probability that the data was compromised (check with counsel).",
            fields: &[
                field(
                    "1. Nature and extent, likelihood of re-identification",
                    &[Fill::Categories, Fill::People, Fill::Records, Fill::Severity],
                    &["which of it is health information"],
                ),
                field("2. Who received it", &[Fill::Intruders], &["whether they are bound to secrecy"]),
                field("3. Whether it was actually acquired or viewed", &[Fill::Acquired, Fill::Coverage], &[]),
                field("4. Extent to which the risk was lessened", &[], MEASURES),
            ],
        },
        Part {
            title: "To each individual (164.404(c)(1))",
            rule: "In plain language, by first-class mail or by e-mail where the person agreed to it (check with counsel).",
            fields: &[
                field(
                    "(A) What happened, with the dates of the breach and of its discovery",
                    &[Fill::Timing],
                    &["what happened in two plain sentences", "date of discovery"],
                ),
                field("(B) Types of information", &[Fill::Kinds], &["which of these concern this person"]),
                field("(C) Steps for individuals", &[Fill::Consequences], &["what a person should do"]),
                field("(D) Investigation, mitigation, prevention", &[], MEASURES),
                field("(E) Contact", &[], &["toll-free number, e-mail, web site or postal address"]),
            ],
        },
        Part {
            title: "To the Department and the media (164.406, 164.408)",
            rule: "By how many people are affected, for the media by state (check with counsel).",
            fields: &[field(
                "Number of people",
                &[Fill::People, Fill::Reach],
                &["people by state: more than 500 of one state call for a notice to its media"],
            )],
        },
    ],
};
