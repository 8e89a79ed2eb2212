//! What people wrote to Harbour & Hill Estates. Invented; the numbers are kept for fiction (Ofcom).

use domain::status::DeliveryStatus;

/// One conversation, oldest line first. Times are minutes before now.
pub(super) struct Story {
    pub name: &'static str,
    pub phone: &'static str,
    pub assignee: Option<&'static str>,
    pub resolved: bool,
    pub unread: i32,
    pub lines: &'static [(i64, Line)],
}

pub(super) enum Line {
    Them(&'static str),
    Us(&'static str, &'static str, DeliveryStatus),
    Note(&'static str, &'static str),
}

use DeliveryStatus::{Delivered, Read};
use Line::{Note, Them, Us};

pub(super) const STORIES: &[Story] = &[
    Story {
        name: "Grace Okafor",
        phone: "447700900101",
        assignee: Some("anna"),
        resolved: false,
        unread: 1,
        lines: &[
            (200, Them("Hi, I saw the two-bedroom flat in Elm Street. Is it still available?")),
            (
                196,
                Us(
                    "anna",
                    "Hello Grace, yes it is! It's 740 sq ft on the second floor, 5 minutes from St Anne's primary. Shall I send you the floor plan?",
                    Read,
                ),
            ),
            (193, Them("Yes please. And is the school run walkable?")),
            (190, Us("anna", "Six minutes on foot, door to door – no main road to cross.", Read)),
            (188, Note("anna", "Budget up to £1,650. Wants to move before the September term.")),
            (9, Them("We'd love to see it. Would Saturday morning work?")),
        ],
    },
    Story {
        name: "Tom Lindqvist",
        phone: "447700900102",
        assignee: Some("ben"),
        resolved: false,
        unread: 0,
        lines: &[
            (
                1500,
                Them(
                    "Good afternoon. I am selling my late mother's house, 14 Elm Street. What would a valuation cost?",
                ),
            ),
            (
                1490,
                Us(
                    "ben",
                    "Good afternoon Mr Lindqvist, and I'm sorry for your loss. The valuation is free and takes about 45 minutes.",
                    Read,
                ),
            ),
            (600, Them("Thank you. Thursday after 3 would suit me.")),
            (590, Us("ben", "Thursday at 3:30 is in the diary. I'll bring recent sales from the street.", Delivered)),
        ],
    },
    Story {
        name: "Priya Raman",
        phone: "447700900103",
        assignee: None,
        resolved: false,
        unread: 2,
        lines: &[
            (52, Them("Hello! First-time buyer here 🙂")),
            (51, Them("Do you work with mortgage advisers you'd recommend?")),
        ],
    },
    Story {
        name: "Amina El-Sayed",
        phone: "447700900105",
        assignee: Some("chloe"),
        resolved: false,
        unread: 0,
        lines: &[
            (1400, Them("The boiler at Quay House 3B is out again. Tenant messaged me this morning.")),
            (
                1395,
                Us("chloe", "On it – Marsh Heating can be there between 2 and 4 today. I'll tell the tenant.", Read),
            ),
            (1380, Note("chloe", "Third call-out this winter. Suggest replacement quote at the next review.")),
            (1150, Them("They came, all warm again. Thank you!")),
            (1148, Us("chloe", "Great news. I'll send you their report with this month's statement.", Read)),
        ],
    },
    Story {
        name: "George Whitfield",
        phone: "447700900106",
        assignee: None,
        resolved: false,
        unread: 1,
        lines: &[(1380, Them("Is there parking at the cottage in Fern Lane? G. Whitfield"))],
    },
    Story {
        name: "Sofia Almeida",
        phone: "447700900111",
        assignee: Some("anna"),
        resolved: false,
        unread: 0,
        lines: &[
            (3200, Them("Could you send the tenancy agreement again? The link ran out.")),
            (3190, Us("anna", "Of course, it is in your inbox now. It stays valid for 30 days.", Read)),
            (3100, Them("Got it, signing tonight.")),
        ],
    },
    Story {
        name: "Marcus Bell",
        phone: "447700900112",
        assignee: None,
        resolved: false,
        unread: 3,
        lines: &[
            (31, Them("Hi, about the shop on Harbour Row")),
            (30, Them("What are the business rates?")),
            (28, Them("And is A3 use possible? We'd open a small bakery.")),
        ],
    },
    Story {
        name: "Hannah Weiss",
        phone: "447700900113",
        assignee: Some("ben"),
        resolved: false,
        unread: 0,
        lines: &[
            (420, Them("We viewed 8 Mill Court yesterday and would like to offer 412,000.")),
            (410, Us("ben", "Thank you Hannah! I'll put it to the owners this afternoon and call you by six.", Read)),
            (405, Note("ben", "Chain-free, agreement in principle seen. Owners hoped for 420.")),
        ],
    },
    Story {
        name: "Daniel Osei",
        phone: "447700900114",
        assignee: Some("anna"),
        resolved: false,
        unread: 0,
        lines: &[
            (125, Them("Running 10 min late for the viewing, sorry!")),
            (124, Us("anna", "No problem, I'm at the door. Ring 4 when you arrive.", Read)),
            (70, Them("Thanks for showing us around. We need to think about the second bathroom.")),
            (
                65,
                Us(
                    "anna",
                    "Take your time. I've two more with en-suite coming up next week if you'd like a first look.",
                    Delivered,
                ),
            ),
        ],
    },
    Story {
        name: "Ruth Kavanagh",
        phone: "447700900115",
        assignee: Some("chloe"),
        resolved: true,
        unread: 0,
        lines: &[
            (4400, Them("Meter readings for the check-out: gas 20331, electricity 8812.")),
            (4390, Us("chloe", "Noted, thank you Ruth. Your deposit is released today.", Read)),
        ],
    },
    Story {
        name: "Yusuf Demir",
        phone: "447700900116",
        assignee: Some("ben"),
        resolved: true,
        unread: 0,
        lines: &[
            (5900, Them("Which documents do you need for the rental application?")),
            (5890, Us("ben", "Passport, last three payslips and a landlord reference. Photos are fine.", Read)),
            (5700, Them("All sent by email.")),
            (5695, Us("ben", "Complete – you'll hear from the landlord tomorrow.", Read)),
        ],
    },
    Story {
        name: "Elena Petrova",
        phone: "447700900117",
        assignee: None,
        resolved: false,
        unread: 0,
        lines: &[
            (2900, Them("Do you also manage holiday lets?")),
            (2880, Us("anna", "We do, from four weeks a year. Shall I call you about it on Monday?", Delivered)),
        ],
    },
];
