//! Shops, on the street and on the web.

use domain::packs::Trade;
use domain::tags::Colour::{Blue, Brown, Olive, Pink, Purple, Sky, Slate, Teal};

use super::Line::{Them, Us};
use super::{Kind, Pack, Reply, Sample};

pub(super) const PACK: Pack = Pack {
    trade: Trade::Shop,
    version: 1,
    pipeline: "Orders",
    stages: &[
        ("Question", Kind::Open),
        ("Quote sent", Kind::Open),
        ("Ordered", Kind::Open),
        ("Paid", Kind::Open),
        ("On its way", Kind::Open),
        ("Delivered", Kind::Won),
        ("Cancelled", Kind::Lost),
    ],
    tags: &[
        ("New customer", Blue),
        ("Regular", Teal),
        ("Wholesale", Olive),
        ("Gift", Pink),
        ("Pick-up", Sky),
        ("Return", Brown),
        ("Waiting for stock", Purple),
        ("Invoice", Slate),
    ],
    replies: &[
        Reply {
            shortcut: "hello",
            title: "First answer",
            body: "Hello {first_name}, {agent} of {business} here. Thank you for writing! What are you looking for?",
        },
        Reply {
            shortcut: "stock",
            title: "In stock",
            body: "Good news, {first_name}: we have it here. Shall I put one aside for you until tomorrow evening, or send it?",
        },
        Reply {
            shortcut: "waiting",
            title: "Out of stock",
            body: "It is sold out at the moment, {first_name}. The next delivery comes within two weeks. Shall I write to you here when it arrives?",
        },
        Reply {
            shortcut: "hours",
            title: "Opening hours and way",
            body: "We are open Monday to Friday from 9 to 6 and on Saturday from 10 to 4. There is parking behind the house, and the bus stops at the door.",
        },
        Reply {
            shortcut: "delivery",
            title: "Delivery times and cost",
            body: "Orders before 2 pm leave the same day and arrive in one or two working days. Delivery is £3.95, and free from £40.",
        },
        Reply {
            shortcut: "sent",
            title: "On its way",
            body: "Your parcel has left us, {first_name}. You get the tracking link by mail within the hour. If nobody is at home, the driver leaves it with a neighbour.",
        },
        Reply {
            shortcut: "where",
            title: "Where is my order",
            body: "I look into that at once, {first_name}. Could you send me the order number? It begins with a W and is in the subject of our mail.",
        },
        Reply {
            shortcut: "return",
            title: "Return or exchange",
            body: "Of course, {first_name}. You can send it back within 30 days, unused and in its packaging. Tell me the order number and whether you would like another one or your money back, and I send you the label.",
        },
        Reply {
            shortcut: "broken",
            title: "Arrived damaged",
            body: "I am sorry about that, {first_name}. Please send a photo of the damage and of the parcel. A replacement leaves today; you need not send anything back.",
        },
        Reply {
            shortcut: "thanks",
            title: "After a delivery",
            body: "Hello {first_name}, did everything arrive as you wished? If something is not right, tell me and we put it right.",
        },
    ],
    samples: &[
        Sample {
            name: "Chloe Martin",
            phone: "441134960301",
            tags: &["New customer", "Gift"],
            unread: 1,
            lines: &[(25, Them("Hi! Do you wrap gifts? It is for Friday."))],
        },
        Sample {
            name: "Tomasz Nowak",
            phone: "441134960302",
            tags: &["Regular"],
            unread: 1,
            lines: &[
                (400, Them("Where is my order W-20418? It should have come yesterday.")),
                (390, Us("I look into that at once, Tomasz. It is at the depot and comes today before 6.")),
                (15, Them("Still nothing here…")),
            ],
        },
        Sample {
            name: "Green Door Café",
            phone: "441134960303",
            tags: &["Wholesale", "Invoice"],
            unread: 0,
            lines: &[
                (1700, Them("Could we have 40 of the blue mugs on invoice, like last time?")),
                (
                    1650,
                    Us(
                        "Gladly. 40 mugs come to £312 with your discount, delivery is free. Shall I send them on Monday?",
                    ),
                ),
                (1640, Them("Monday is fine, thanks.")),
            ],
        },
        Sample {
            name: "Fatima Haddad",
            phone: "441134960304",
            tags: &["Return"],
            unread: 0,
            lines: &[
                (2800, Them("The lamp is lovely, but too big for the shelf. Can I exchange it for the small one?")),
                (2780, Us("Of course, Fatima. The label is in your mailbox; the small one leaves today.")),
            ],
        },
        Sample {
            name: "Rory Campbell",
            phone: "441134960305",
            tags: &["Waiting for stock", "Pick-up"],
            unread: 0,
            lines: &[
                (5000, Them("Do you still have the walnut tray? I would collect it.")),
                (4990, Us("It is sold out until the 12th, Rory. I put the first one aside for you and write here.")),
                (4985, Them("Brilliant, cheers!")),
            ],
        },
    ],
};
