//! A simulated platform: restaurants with their screens, diners, shared addresses, monitoring, a
//! crawler; facts as a week of logs would give. Invented; own generator, same seed same week.

use std::collections::BTreeMap;

use crate::classify::Sensitivity;
use crate::domain::{Location, Micros};
use crate::facts::{
    Actor, ActorId, Endpoint, EndpointId, Facts, NameId, Place, Role, SeenClass, Statuses, Touch, Visit,
};

pub(super) const SECOND: Micros = 1_000_000;
pub(super) const MINUTE: Micros = 60 * SECOND;
pub(super) const HOUR: Micros = 60 * MINUTE;
pub(super) const DAY: Micros = 24 * HOUR;
/// Monday, 2026-03-02 00:00 UTC.
pub(super) const START: Micros = 1_772_409_600 * SECOND;
pub(super) const FIRST_ORDER: i64 = 1_000_001;

pub(super) const ORDER: NameId = NameId(0);
pub(super) const STORE: NameId = NameId(1);
pub(super) const GET_ORDER: EndpointId = EndpointId(0);
pub(super) const MENU: EndpointId = EndpointId(1);
pub(super) const SALES: EndpointId = EndpointId(2);
pub(super) const PLACE_ORDER: EndpointId = EndpointId(3);

/// `SplitMix64` (Steele, Lea, Flood 2014).
#[derive(Debug)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub(super) fn below(&mut self, n: i64) -> i64 {
        (self.next() % n.max(1) as u64) as i64
    }
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at as i64 + 1) as usize);
        }
    }
}

/// What the week is like.
#[derive(Debug, Clone)]
pub(super) struct Week {
    pub(super) seed: u64,
    pub(super) merchants: i64,
    pub(super) orders: i64,
    pub(super) diners: i64,
    pub(super) days: i64,
    /// Percent of diners who look at their order again.
    pub(super) polling: i64,
    /// Requests or answers name the restaurant of an order.
    pub(super) tenants: bool,
    /// Bodies were kept: lists that named an order are known.
    pub(super) bodies: bool,
    /// Restaurants take turns, so that each one's numbers rise by a fixed step.
    pub(super) turns: bool,
    /// Percent of restaurants whose screen sleeps at night and catches up in the morning.
    pub(super) morning: i64,
    /// Screens that show several restaurants of one chain.
    pub(super) chain: i64,
}

impl Default for Week {
    fn default() -> Self {
        Self {
            seed: 1,
            merchants: 40,
            orders: 20_000,
            diners: 5_817,
            days: 7,
            polling: 80,
            tenants: false,
            bodies: false,
            turns: true,
            morning: 0,
            chain: 0,
        }
    }
}

pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
}

/// Facts being made.
#[derive(Debug)]
pub(super) struct World {
    pub(super) week: Week,
    pub(super) dice: Dice,
    pub(super) facts: Facts,
    keys: BTreeMap<String, ActorId>,
    records: u64,
    /// Time and restaurant of each order, by number from the first.
    pub(super) made: Vec<(Micros, i64)>,
}

fn endpoint(method: &str, template: &str, class: Option<(&str, Sensitivity)>) -> Endpoint {
    let classes = class.map(|(class, sensitivity)| SeenClass {
        class: class.to_owned(),
        sensitivity,
        identifies: false,
        location: Location::ResponseBody,
        pointer: "/data/*".to_owned(),
        sightings: 1000,
        unauthenticated: 0,
        example: Place::default(),
    });
    Endpoint {
        method: method.to_owned(),
        host: "api.example".to_owned(),
        template: template.to_owned(),
        classes: classes.into_iter().collect(),
        ..Endpoint::default()
    }
}

impl World {
    /// A week of ordinary traffic.
    pub(super) fn new(week: Week) -> Self {
        let facts = Facts {
            endpoints: vec![
                endpoint("GET", "/orders/{order_id}", Some(("order-record", Sensitivity::Behavioural))),
                endpoint("GET", "/stores/{store_id}/menu", None),
                endpoint("GET", "/stores/{store_id}/sales", Some(("sales-figure", Sensitivity::Business))),
                endpoint("POST", "/orders", None),
            ],
            names: vec!["order_id".to_owned(), "store_id".to_owned()],
            roles: vec![Role::Record, Role::Tenant],
            ..Facts::default()
        };
        let dice = Dice(week.seed);
        let mut world = Self { week, dice, facts, keys: BTreeMap::new(), records: 0, made: Vec::new() };
        world.orders();
        world.dashboards();
        world.histories();
        world.crawler();
        world.monitoring();
        world
    }

    /// The actor of a key, made when new.
    pub(super) fn actor(&mut self, key: &str, agent: &str) -> ActorId {
        let next = ActorId(self.keys.len() as u32);
        *self.keys.entry(key.to_owned()).or_insert_with(|| {
            self.facts.actors.push(Actor {
                key: key.to_owned(),
                label: key.to_owned(),
                user_agent: agent.to_owned(),
                ..Actor::default()
            });
            next
        })
    }

    fn touch(&mut self, endpoint: EndpointId, name: NameId, actor: ActorId, time: Micros, number: i64, status: u16) {
        self.records += 1;
        let order = (name == ORDER).then(|| self.made.get((number - FIRST_ORDER) as usize)).flatten();
        let store = if name == STORE { Some(number) } else { order.map(|o| o.1) };
        self.facts.touches.push(Touch {
            endpoint,
            name,
            actor,
            time,
            value: hash(&number.to_string()),
            number: Some(number),
            status,
            place: Place { evidence: 1, record: self.records },
            given: false,
            tenant: store.filter(|_| self.week.tenants && (200..300).contains(&status)).map(|s| hash(&s.to_string())),
        });
    }

    /// An order looked at; 404 where there is none yet.
    pub(super) fn get_order(&mut self, actor: ActorId, time: Micros, number: i64) {
        let made = self.made.get(usize::try_from(number - FIRST_ORDER).unwrap_or(usize::MAX));
        let status = if made.is_some_and(|o| o.0 <= time) { 200 } else { 404 };
        self.touch(GET_ORDER, ORDER, actor, time, number, status);
    }

    /// The same by somebody who was told of it.
    fn get_given(&mut self, actor: ActorId, time: Micros, number: i64) {
        self.get_order(actor, time, number);
        let given = self.week.bodies;
        if let Some(touch) = self.facts.touches.last_mut() {
            touch.given = given;
        }
    }

    /// A restaurant's page.
    pub(super) fn get_store(&mut self, endpoint: EndpointId, actor: ActorId, time: Micros, store: i64, exists: bool) {
        self.touch(endpoint, STORE, actor, time, store, if exists { 200 } else { 404 });
    }

    pub(super) fn end(&self) -> Micros {
        START + self.week.days * DAY
    }

    /// Diners order, look at the menu before and at their order after; every tenth behind one of three
    /// shared addresses without a session.
    fn orders(&mut self) {
        let mut times: Vec<Micros> =
            (0..self.week.orders).map(|_| START + self.dice.below(self.week.days * DAY)).collect();
        times.sort_unstable();
        let stores = self.week.merchants;
        for (at, time) in times.iter().enumerate() {
            let store = if self.week.turns { at as i64 % stores } else { self.dice.below(stores) };
            self.made.push((*time, 1 + store));
        }
        for (at, time) in times.into_iter().enumerate() {
            let number = FIRST_ORDER + at as i64;
            let store = self.made[at].1;
            let diner = self.dice.below(self.week.diners);
            let key = if diner % 10 == 0 {
                format!("address:shared-{}", diner % 3)
            } else {
                format!("session:diner-{diner}")
            };
            let actor = self.actor(&key, "Mozilla/5.0 (Linux; Android 14)");
            self.get_store(MENU, actor, time - 5 * MINUTE, store, true);
            self.get_store(PLACE_ORDER, actor, time, store, true);
            if self.dice.chance(self.week.polling) {
                for look in 0..=self.dice.below(5) {
                    let later = (10 + self.dice.below(60)) * SECOND + look * 4 * MINUTE;
                    self.get_given(actor, time + later, number);
                }
            }
        }
    }

    /// Each restaurant's screen gets each of its orders soon; some only in the morning. A chain's screen
    /// shows several restaurants.
    fn dashboards(&mut self) {
        for at in 0..self.made.len() {
            let (time, store) = self.made[at];
            let sleeps = store % 100 < self.week.morning * self.week.merchants / 100;
            let hour = (time - START) % DAY / HOUR;
            let shown = if sleeps && hour < 8 {
                time - (time - START) % DAY + 8 * HOUR + at as Micros % 97 * SECOND
            } else {
                time + (3 + self.dice.below(57)) * SECOND
            };
            let screen = if store <= self.week.chain { "chain".to_owned() } else { store.to_string() };
            let actor = self.actor(&format!("subject:merchant-{screen}"), "PointOfSale/4.1");
            self.get_given(actor, shown, FIRST_ORDER + at as i64);
            if self.dice.chance(3) {
                // A retry.
                self.get_given(actor, shown + 2 * SECOND, FIRST_ORDER + at as i64);
            }
        }
    }

    /// One diner in thirty pages through own orders at the end, newest first, under a new session.
    fn histories(&mut self) {
        let mut owned: BTreeMap<ActorId, Vec<i64>> = BTreeMap::new();
        for touch in self.facts.touches.iter().filter(|t| t.name == ORDER) {
            owned.entry(touch.actor).or_default().push(touch.number.unwrap());
        }
        for (at, (owner, mut numbers)) in owned.into_iter().enumerate() {
            let key = self.facts.actors[owner.at()].key.clone();
            if at % 30 != 0 || !key.starts_with("session:") {
                continue;
            }
            numbers.sort_unstable();
            numbers.dedup();
            let actor = self.actor(&format!("{key}-again"), "Mozilla/5.0 (Linux; Android 14)");
            for (step, number) in numbers.into_iter().rev().enumerate() {
                let time = self.end() + at as Micros * SECOND + step as Micros * 700_000;
                self.get_given(actor, time, number);
            }
        }
    }

    /// Public menus of 600 restaurants, in the order of a site map.
    fn crawler(&mut self) {
        let actor = self.actor("address:crawler", "Mozilla/5.0 (compatible; ExampleBot/2.1)");
        for store in 1..=600 {
            self.get_store(MENU, actor, START + DAY + store * 5 * SECOND, store, true);
        }
        self.facts.actors[actor.at()].page_requests = 1200;
    }

    /// One order and thirty restaurants are polled for as long as the week lasts.
    fn monitoring(&mut self) {
        let actor = self.actor("key:monitor", "UptimeProbe/1.0");
        let mut time = START + HOUR;
        while time < self.end() {
            self.get_order(actor, time, FIRST_ORDER);
            for store in 1..=30 {
                self.get_store(MENU, actor, time + store * SECOND, store, true);
            }
            time += HOUR;
        }
    }

    /// The facts, in their order, with visits and counts.
    pub(super) fn finish(mut self) -> Facts {
        let facts = &mut self.facts;
        facts.touches.sort_by_key(|t| (t.endpoint, t.name, t.actor, t.time, t.place));
        let mut visits: BTreeMap<(ActorId, EndpointId), Visit> = BTreeMap::new();
        for touch in &facts.touches {
            let visit = visits.entry((touch.actor, touch.endpoint)).or_insert_with(|| Visit {
                actor: touch.actor,
                endpoint: touch.endpoint,
                example: touch.place,
                ..Visit::default()
            });
            visit.statuses.add(Some(touch.status));
            visit.first = Some(visit.first.map_or(touch.time, |t| t.min(touch.time)));
            visit.last = Some(visit.last.map_or(touch.time, |t| t.max(touch.time)));
            facts.endpoints[touch.endpoint.at()].statuses.add(Some(touch.status));
            facts.actors[touch.actor.at()].statuses.add(Some(touch.status));
        }
        facts.visits = visits.into_values().collect();
        facts.exchanges = self.records;
        facts.bodies_kept = if self.week.bodies { self.records } else { 0 };
        facts.first = facts.touches.iter().map(|t| t.time).min();
        facts.last = facts.touches.iter().map(|t| t.time).max();
        let _ = Statuses::default();
        self.facts
    }
}
