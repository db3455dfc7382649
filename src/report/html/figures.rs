//! Figures of the HTML report: requests over time as inline SVG, tenants by kind of data as a table
//! of heat. All coordinates are whole numbers.

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::super::outcome::tenant_label;
use super::super::value::{Value, grouped};
use super::text;
use crate::exposure::Outcome;
use crate::exposure::outcome::{ClassCount, ClassSummary, Step, TenantSummary, Timeline};

/// Width of the picture and of what is drawn in it.
const WIDTH: i64 = 960;
const LEFT: i64 = 8;
const INNER: i64 = WIDTH - 2 * LEFT;
/// Bars at most; more steps than that are put together.
const BARS: i64 = 236;
/// Height of one band and of the bars in it.
const BAND: i64 = 92;
const BARS_HEIGHT: i64 = 68;
/// Tenants in the table of heat: what fits two printed pages.
const TENANTS: usize = 60;

/// One bar's worth of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Bar {
    intruders: u64,
    others: u64,
}

/// Puts steps together until they fit; gives the bars by position, and their length in steps.
fn bars(timeline: &Timeline) -> (Vec<Bar>, i64) {
    let step = timeline.step_us.max(1);
    let (Some(first), Some(last)) = (timeline.steps.first(), timeline.steps.last()) else { return (Vec::new(), 1) };
    let count = (last.start.saturating_sub(first.start).max(0) / step).saturating_add(1);
    let per_bar = (count - 1) / BARS + 1;
    let mut bars = vec![Bar::default(); usize::try_from((count - 1) / per_bar + 1).unwrap_or(1)];
    for s in &timeline.steps {
        let at = s.start.saturating_sub(first.start) / step / per_bar;
        if let Some(bar) = usize::try_from(at).ok().and_then(|at| bars.get_mut(at)) {
            bar.intruders += s.intruders;
            bar.others += s.others;
        }
    }
    (bars, per_bar)
}

/// Two bands with scales of their own: a walk of a thousand requests would vanish beside a million
/// ordinary ones.
pub(super) fn timeline(timeline: &Timeline, out: &mut String) {
    let (Some(first), Some(last)) = (timeline.steps.first(), timeline.steps.last()) else { return };
    let (bars, per_bar) = bars(timeline);
    let length = Value::Duration(timeline.step_us.max(1).saturating_mul(per_bar)).pretty();
    let height = 2 * BAND + 20;
    let _ = writeln!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Requests over time, one bar for {length}\">"
    );
    band(0, "By intruders", "bad", &bars, |b| b.intruders, out);
    band(BAND, "By others", "calm", &bars, |b| b.others, out);
    let moment = |s: &Step| Value::Minute(s.start).pretty();
    let y = height - 6;
    let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"{y}\">{} UTC</text>", moment(first));
    let _ = writeln!(out, "<text x=\"{}\" y=\"{y}\" text-anchor=\"middle\">one bar: {length}</text>", WIDTH / 2);
    let _ =
        writeln!(out, "<text x=\"{}\" y=\"{y}\" text-anchor=\"end\">{} UTC</text>\n</svg>", WIDTH - LEFT, moment(last));
}

fn band(top: i64, name: &str, class: &str, bars: &[Bar], of: fn(&Bar) -> u64, out: &mut String) {
    let most = bars.iter().map(of).max().unwrap_or(0);
    let base = top + BAND - 4;
    let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"{}\">{name}, at most {} a bar</text>", top + 14, grouped(most));
    let _ = writeln!(out, "<line class=\"axis\" x1=\"{LEFT}\" y1=\"{base}\" x2=\"{}\" y2=\"{base}\"/>", LEFT + INNER);
    let count = i64::try_from(bars.len()).unwrap_or(1).max(1);
    for (at, bar) in (0_i64..).zip(bars).filter(|(_, bar)| of(bar) > 0) {
        let x = LEFT + at * INNER / count;
        let width = (INNER / count - 1).clamp(2, 40);
        let height = bar_height(of(bar), most);
        let _ = writeln!(
            out,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{height}\"><title>{}</title></rect>",
            base - height,
            grouped(of(bar))
        );
    }
}

/// In proportion, and never invisible.
fn bar_height(n: u64, most: u64) -> i64 {
    let height = u128::from(n) * u128::from(BARS_HEIGHT.unsigned_abs()) / u128::from(most.max(1));
    i64::try_from(height).unwrap_or(BARS_HEIGHT).max(1)
}

/// What a cell counts: people where the class identifies them, else values, else records.
fn amount(class: &ClassSummary, c: &ClassCount) -> u64 {
    let people = if class.identifies { c.subjects } else { 0 };
    [people, c.values, c.records].into_iter().find(|n| *n > 0).unwrap_or(c.confirmed + c.probable)
}

/// 1 below ten, 2 below a hundred … 5 from ten thousand on.
fn level(n: u64) -> u32 {
    n.checked_ilog10().map_or(0, |log| (log + 1).min(5))
}

pub(super) fn heat(outcome: &Outcome, out: &mut String) {
    let columns: Vec<(u32, &ClassSummary)> = (0_u32..)
        .zip(&outcome.classes)
        .filter(|(at, _)| outcome.tenants.iter().any(|t| t.classes.iter().any(|c| c.class == *at)))
        .collect();
    if columns.is_empty() {
        return;
    }
    let mut tenants: Vec<&TenantSummary> = outcome.tenants.iter().collect();
    tenants.sort_by_key(|t| Reverse((t.subjects, t.records)));
    out.push_str("<div class=\"scroll\"><table>\n<caption>People of whom intruders got it; where a kind names nobody, values or records. Darker: ten times more.</caption>\n<thead><tr><th scope=\"col\">Tenant</th>");
    for (_, class) in &columns {
        let _ = write!(out, "<th scope=\"col\" class=\"n\">{}</th>", text(&class.title));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for tenant in tenants.iter().take(TENANTS) {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", text(&tenant_label(tenant)));
        for (at, class) in &columns {
            match tenant.classes.iter().find(|c| c.class == *at) {
                Some(c) => {
                    let n = amount(class, c);
                    let _ = write!(
                        out,
                        "<td class=\"n h{}\" title=\"{} confirmed, {} probable\">{}</td>",
                        level(n),
                        grouped(c.confirmed),
                        grouped(c.probable),
                        grouped(n)
                    );
                }
                None => out.push_str("<td class=\"n\"></td>"),
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
    if let Some(more @ 1..) = tenants.len().checked_sub(TENANTS) {
        let _ = writeln!(out, "<p class=\"note\">… and {} more with fewer people.</p>", grouped(more as u64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heat_grows_by_tens() {
        assert_eq!([0, 1, 9, 10, 99, 100, 999, 1000, 10_000, u64::MAX].map(level), [0, 1, 1, 2, 2, 3, 3, 4, 5, 5]);
    }

    #[test]
    fn many_steps_become_few_bars_and_lose_nothing() {
        let step = |at: i64| Step { start: at * 10, intruders: 1, others: 2, ..Step::default() };
        let timeline = Timeline { step_us: 10, steps: (0..1000).map(step).collect() };
        let (bars, per_bar) = bars(&timeline);
        assert_eq!((bars.len(), per_bar), (200, 5), "1000 steps in bars of 5 are 200, no more than 236");
        assert_eq!(bars.iter().map(|b| b.intruders).sum::<u64>(), 1000);
        assert_eq!(bars[0], Bar { intruders: 5, others: 10 });
    }

    #[test]
    fn a_timeline_without_length_is_no_division_by_zero() {
        let far = |start| Step { start, intruders: 1, ..Step::default() };
        let timeline_ = Timeline { step_us: 0, steps: vec![far(i64::MIN), far(i64::MAX)] };
        let mut out = String::new();
        timeline(&timeline_, &mut out);
        assert!(out.contains("</svg>"));
    }
}
