//! Draws bars as SVG, in whole units of its view box: no floats, no styles, all colours are classes.
//! What is counted is left to the callers; the same numbers stand in a table for those who cannot see them.

use maud::{Markup, html};

const WIDTH: usize = 360;
const HEIGHT: usize = 150;
/// Above the bars for their numbers, below for their names.
const HEAD: usize = 16;
const FOOT: usize = 18;

/// One bar: its name, and its parts from below, each with a class.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) parts: Vec<(&'static str, usize)>,
}

impl Bar {
    fn sum(&self) -> usize {
        self.parts.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}

/// The bars, as high as the largest needs.
pub(super) fn bars(title: &str, bars: &[Bar]) -> Markup {
    let largest = bars.iter().map(Bar::sum).max().unwrap_or(0).max(1);
    let room = WIDTH.checked_div(bars.len().max(1)).unwrap_or(WIDTH);
    let wide = room.saturating_mul(7).checked_div(10).unwrap_or(room).clamp(1, 40);
    let base = HEIGHT.saturating_sub(FOOT);
    html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(title) {
            line.axis x1="0" x2=(WIDTH) y1=(base) y2=(base) {}
            @for (place, bar) in bars.iter().enumerate() {
                @let middle = room.saturating_mul(place).saturating_add(room / 2);
                @for (class, top, high) in stacked(bar, largest) {
                    rect class=(class) x=(middle.saturating_sub(wide / 2)) y=(top) width=(wide) height=(high) {}
                }
                @if bar.sum() > 0 {
                    text.count x=(middle) y=(base.saturating_sub(scaled(bar.sum(), largest)).saturating_sub(4)) { (bar.sum()) }
                }
                text.name x=(middle) y=(HEIGHT.saturating_sub(5)) { (bar.name) }
            }
        }
        div.spoken {
            table {
                caption { (title) }
                @for bar in bars {
                    tr {
                        th scope="row" { (bar.name) }
                        @for (class, count) in &bar.parts { td { (class) " " (count) } }
                    }
                }
            }
        }
    }
}

/// Class, upper edge and height of each part that can be seen.
fn stacked(bar: &Bar, largest: usize) -> Vec<(&'static str, usize, usize)> {
    let mut below = 0_usize;
    let mut drawn = Vec::new();
    for (class, count) in &bar.parts {
        let before = scaled(below, largest);
        below = below.saturating_add(*count);
        let high = scaled(below, largest).saturating_sub(before);
        let top = HEIGHT.saturating_sub(FOOT).saturating_sub(before).saturating_sub(high);
        if high > 0 {
            drawn.push((*class, top, high));
        }
    }
    drawn
}

fn scaled(count: usize, largest: usize) -> usize {
    let room = HEIGHT.saturating_sub(HEAD).saturating_sub(FOOT);
    count.saturating_mul(room).checked_div(largest).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_on_each_other_and_the_largest_bar_fills_the_room() {
        let bar = Bar { name: "d".to_owned(), parts: vec![("good", 3), ("calm", 0), ("bad", 1)] };
        assert_eq!(stacked(&bar, 4), [("good", 45, 87), ("bad", 16, 29)]);
        assert_eq!(stacked(&Bar { name: String::new(), parts: vec![("good", 0)] }, 1), []);
    }
}
