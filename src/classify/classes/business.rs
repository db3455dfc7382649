//! What a business would not want known: its orders and what it earns.

use super::rule::{HIDDEN, Mask, as_is, classes, lower, shaped, text};
use crate::classify::class::{Check, Leaf};

/// The number that an amount writes, without currency and thousands separators.
pub(super) fn amount(text: &str) -> Option<f64> {
    let bare = text.trim_start_matches(['₹', '$', '€', '£', ' ']);
    let bare = ["rs.", "rs", "inr", "usd", "eur"]
        .iter()
        .find_map(|c| bare.get(..c.len()).filter(|h| h.eq_ignore_ascii_case(c)).and_then(|_| bare.get(c.len()..)))
        .unwrap_or(bare)
        .trim()
        .trim_end_matches("/-");
    let plain = !bare.is_empty()
        && bare.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.')
        && bare.bytes().all(|b| b.is_ascii_digit() || b".,-".contains(&b))
        && bare.len() < 20;
    let number = plain.then(|| bare.replace(',', "")).and_then(|t| t.parse::<f64>().ok())?;
    number.is_finite().then_some(number)
}

fn money(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    if shape.digits == 0
        || shape.length > 28
        || shape.upper + shape.lower > 3
        || shape.ats + shape.colons + shape.slashes > 1
    {
        return Check::No;
    }
    let Some(text) = text(leaf) else { return Check::No };
    match amount(text) {
        Some(value) if value != 0.0 && value.abs() < 1e12 => {
            // A currency sign, or paise: more than a count would have.
            let paise = text.split_once('.').is_some_and(|(_, places)| matches!(places.len(), 1 | 2));
            if paise || shape.high > 0 || shape.lower + shape.upper > 0 { Check::Valid } else { Check::Shape }
        }
        _ => Check::No,
    }
}

/// The power of ten around an amount.
fn bucket(text: &str, out: &mut String) {
    let Some(value) = amount(text).map(f64::abs) else { return out.push_str(HIDDEN) };
    let digits = (value.max(1.0).log10().floor() as usize).min(12);
    let (from, to) = ("0".repeat(digits), "9".repeat(digits));
    out.extend(["1", &from, "–9", &to]);
}

fn order(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    let other = shape.length - shape.digits - shape.upper - shape.lower - shape.dashes - shape.slashes;
    // An id has a digit; `#`, `_` and the like may stand in it.
    shaped(
        (1..=48).contains(&shape.length) && shape.digits > 0 && other < 4 && shape.ats + shape.spaces + shape.dots == 0,
    )
}

const NOT_MONEY: &[&str] = &[
    "unit",
    "unit_price",
    "price_per",
    "item",
    "items",
    "cart",
    "tax",
    "taxes",
    "cgst",
    "sgst",
    "igst",
    "gst",
    "vat",
    "discount",
    "min",
    "max",
    "minimum",
    "maximum",
    "min_amount",
    "max_amount",
    "limit",
    "coupon",
    "offer",
    "delivery_charge",
    "charge",
    "charges",
    "fee",
    "fees",
    "tip",
    "round_off",
    "roundoff",
    "count",
    "counts",
    "qty",
    "quantity",
    "pages",
    "page",
    "records",
    "rows",
    "total_pages",
    "total_count",
    "total_records",
    "total_items",
    "total_orders",
    "percent",
    "percentage",
    "rate",
    "threshold",
    "id",
    "currency",
    "date",
    "status",
    "type",
    "growth",
    "rank",
    "menu",
];

classes! {
    /// Number of an order or a bill: stands for the record.
    ORDER_RECORD {
        id: "order-record", title: "Order record", Business;
        keys: &[
            "order_id", "orderid", "order_no", "orderno", "order_number", "ordernumber", "order_ref", "order_code", "bill_no", "billno", "bill_id", "billid", "bill_number",
            "kot", "kot_no", "kotno", "kot_id", "kot_number", "invoice_no", "invoiceno", "invoice_id", "invoice_number", "receipt_no", "receipt_id", "receipt_number", "check_no",
            "booking_id", "booking_no", "reservation_id", "ticket_no", "bestellnummer", "commande_id", "numero_commande", "pedido_id", "numero_pedido", "rechnungsnummer",
        ];
        not: &["order_by", "sort", "display_order", "order_index", "order_type", "order_status", "menu"];
        weights: (0, 0, 60, 60);
        by: "an id under the key of an order; the engine counts objects that hold such a one";
        check: order, normal: as_is, mask: Mask::Ends(0, 3);
        samples: [("INV7773317572", Shape, "••••••572"), ("#1042", Shape, "•••"), ("placed", No, ""), ("2024-01-01 10:00", No, "")]
    }
    /// What one order cost.
    ORDER_AMOUNT {
        id: "order-amount", title: "Order amount", Business;
        keys: &[
            "order_total", "ordertotal", "order_amount", "orderamount", "order_amt", "order_value", "ordervalue", "order_price", "bill_amount", "billamount", "bill_amt", "billamt", "bill_total",
            "bill_value", "total_bill", "grand_total", "grandtotal", "total_amount", "totalamount", "total_amt", "totalamt", "total_price", "totalprice", "total_payable", "total_paid", "net_amount", "netamount", "net_amt",
            "net_total", "net_payable", "gross_amount", "gross_total", "sub_total", "subtotal", "amount", "amt", "amount_paid", "amountpaid", "paid_amount", "amount_due", "amount_payable", "payable",
            "payable_amount", "payment_amount", "txn_amount", "txn_amt", "transaction_amount", "invoice_amount", "invoice_total", "invoice_value", "cart_total", "cart_value", "final_amount", "final_price",
            "collected_amount", "cash_collected", "order_cost", "orders_total", "receipt_total", "check_total", "gesamtbetrag", "betrag", "summe", "montant", "montant_total", "prix_total", "importe", "importe_total", "total_ttc",
            "rakam", "kul_rakam", "kul_raqam", "total_paise", "amount_paise", "refund_amount",
        ];
        not: NOT_MONEY;
        weights: (0, 0, 75, 90);
        by: "an amount other than 0; confirmed by a currency or by places behind the point";
        check: money, normal: as_is, mask: Mask::By(bucket);
        samples: [("2235.78", Valid, "1000–9999"), ("₹ 1,240", Valid, "1000–9999"), ("450", Shape, "100–999"), ("0.00", No, ""), ("free", No, ""), ("12:30", No, "")]
    }
    /// What a business earns.
    REVENUE {
        id: "revenue", title: "Sales or revenue", Business;
        keys: &[
            "gmv", "sales", "sale", "total_sales", "net_sales", "gross_sales", "daily_sales", "today_sales", "todays_sales", "monthly_sales", "weekly_sales", "yearly_sales", "sales_amount", "sales_total",
            "sales_value", "sale_amount", "revenue", "revenues", "total_revenue", "net_revenue", "gross_revenue", "turnover", "earning", "earnings", "total_earnings", "payout", "payout_amount", "settlement",
            "settlement_amount", "commission", "commission_amount", "profit", "margin", "aov", "average_order_value", "avg_order_value", "avg_ticket", "arpu", "business_volume", "collection", "total_collection", "cash_collection",
            "umsatz", "chiffre_affaires", "ventes", "ventas", "ingresos", "fatturato", "faturamento", "bikri", "kamai",
        ];
        not: &["count", "counts", "percent", "percentage", "rate", "growth", "id", "date", "status", "sales_rep", "sales_person", "on_sale", "for_sale", "sale_price", "rank", "tax", "collection_name", "type", "qty", "quantity"];
        weights: (0, 0, 80, 90);
        by: "an amount other than 0 under a key of takings";
        check: money, normal: as_is, mask: Mask::By(bucket);
        samples: [("184250.5", Valid, "100000–999999"), ("184250", Shape, "100000–999999"), ("0", No, ""), ("high", No, "")]
    }
    /// What was ordered, and of which table: part of an order's record.
    TABLE_NUMBER {
        id: "table-number", title: "Table or room", Business;
        keys: &["table_no", "tableno", "table_number", "tablenumber", "table_id", "table_code", "room_no", "room_number", "seat_no", "tisch", "tischnummer", "mesa"]; not: &["table_name", "timetable"];
        weights: (0, 0, 55, 55);
        by: "a short number or code under its key";
        check: |leaf| shaped((1..=8).contains(&leaf.shape.length) && leaf.shape.digits > 0 && leaf.shape.dots + leaf.shape.colons == 0), normal: lower, mask: Mask::All;
        samples: [("T12", Shape, "•••"), ("35", Shape, "•••"), ("terrace", No, "")]
    }
}
