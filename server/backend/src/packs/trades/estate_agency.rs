//! Sales and lettings.

use domain::packs::Trade;
use domain::tags::Colour::{Blue, Brown, Olive, Pink, Purple, Sky, Slate, Teal};

use super::Line::{Them, Us};
use super::{Kind, Pack, Reply, Sample};

pub(super) const PACK: Pack = Pack {
    trade: Trade::EstateAgency,
    version: 1,
    pipeline: "Sales",
    stages: &[
        ("New enquiry", Kind::Open),
        ("Viewing booked", Kind::Open),
        ("Viewed", Kind::Open),
        ("Offer made", Kind::Open),
        ("Under offer", Kind::Open),
        ("Completed", Kind::Won),
        ("Fell through", Kind::Lost),
    ],
    tags: &[
        ("Buyer", Blue),
        ("Seller", Teal),
        ("Tenant", Sky),
        ("Landlord", Olive),
        ("First-time buyer", Pink),
        ("Investor", Purple),
        ("Mortgage agreed", Brown),
        ("Chain-free", Slate),
    ],
    replies: &[
        Reply {
            shortcut: "hello",
            title: "First answer to an enquiry",
            body: "Hello {first_name}, this is {agent} of {business}. Thank you for your message! Which property is it about, and would you like to see it?",
        },
        Reply {
            shortcut: "viewing",
            title: "Offer a viewing",
            body: "We would be glad to show you round, {first_name}. Which suits you better: a weekday after 5 pm, or Saturday between 10 and 1?",
        },
        Reply {
            shortcut: "confirm",
            title: "Confirm a viewing",
            body: "Your viewing is booked, {first_name}. {agent} will meet you at the front door. If you are running late, just write here.",
        },
        Reply {
            shortcut: "after",
            title: "Ask after a viewing",
            body: "Hello {first_name}, what did you think of the property? If it is not the one, tell me what was missing and I will look for something closer.",
        },
        Reply {
            shortcut: "offer",
            title: "How to make an offer",
            body: "To put an offer forward I need four things, {first_name}: the amount, whether you have a mortgage agreed in principle, whether you have something to sell, and when you would like to complete. I pass it on the same day.",
        },
        Reply {
            shortcut: "documents",
            title: "Papers a buyer needs",
            body: "Before we can go ahead we need from each buyer: photo ID, proof of address from the last three months, and proof of where the deposit comes from.",
        },
        Reply {
            shortcut: "valuation",
            title: "Offer a valuation",
            body: "We value your home free of charge, {first_name}, and it commits you to nothing. It takes about half an hour. Which day suits you, and what is the address?",
        },
        Reply {
            shortcut: "rent",
            title: "How letting works",
            body: "To apply for a rental we ask for ID, the last three payslips and a reference from your current landlord. A holding deposit of one week's rent takes it off the market while we check.",
        },
        Reply {
            shortcut: "repair",
            title: "A tenant reports a repair",
            body: "Thank you for telling us, {first_name}. Please send a photo, and say since when it has been like this. If there is a smell of gas, leave the flat and call 0800 111 999 first.",
        },
        Reply {
            shortcut: "gone",
            title: "No longer available",
            body: "I am sorry, {first_name}, this one has just gone. Shall I let you know when something similar comes up? If so, tell me your area, bedrooms and budget.",
        },
    ],
    samples: &[
        Sample {
            name: "Leila Novak",
            phone: "442079460101",
            tags: &["Buyer", "First-time buyer"],
            unread: 1,
            lines: &[
                (190, Them("Hi! Is the two-bedroom flat in Tanner Street still for sale?")),
                (
                    186,
                    Us(
                        "Hello Leila, yes, it is. It is on the second floor with a south-facing balcony. Would you like to see it?",
                    ),
                ),
                (12, Them("Yes please! Could we come on Saturday morning?")),
            ],
        },
        Sample {
            name: "Edward Finch",
            phone: "442079460102",
            tags: &["Seller"],
            unread: 0,
            lines: &[
                (
                    1540,
                    Them(
                        "Good morning, we are thinking of selling our house in Park Row. What would a valuation cost?",
                    ),
                ),
                (
                    1500,
                    Us("Good morning Edward, nothing at all. I could come on Thursday at 4 pm, would that suit you?"),
                ),
                (1490, Them("Thursday at 4 is perfect, thank you.")),
            ],
        },
        Sample {
            name: "Rosa Calvo",
            phone: "442079460103",
            tags: &["Tenant"],
            unread: 2,
            lines: &[
                (55, Them("Hello, the boiler in Flat 6 makes a loud noise and there is no hot water.")),
                (52, Them("It started this morning.")),
            ],
        },
        Sample {
            name: "Kwame Boateng",
            phone: "442079460104",
            tags: &["Buyer", "Mortgage agreed", "Chain-free"],
            unread: 0,
            lines: &[
                (2900, Them("We loved the house yesterday and would like to offer £412,000.")),
                (
                    2880,
                    Us(
                        "That is good news, Kwame. I put it to the owners this afternoon. Is your mortgage agreed in principle?",
                    ),
                ),
                (2870, Them("It is, and we have nothing to sell.")),
                (1480, Us("The owners accepted! I send the memorandum of sale to both solicitors today.")),
            ],
        },
        Sample {
            name: "Helen Fairbairn",
            phone: "442079460105",
            tags: &["Landlord", "Investor"],
            unread: 0,
            lines: &[
                (4400, Them("What rent could I ask for a furnished one-bedroom near the station?")),
                (4310, Us("Between £1,350 and £1,450 a month at the moment, Helen. Shall I come and have a look?")),
            ],
        },
    ],
};
