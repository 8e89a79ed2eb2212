//! Whoever sells a service: from a plumber to a tutor.

use domain::packs::Trade;
use domain::tags::Colour::{Blue, Brown, Olive, Pink, Purple, Sky, Slate, Teal};

use super::Line::{Them, Us};
use super::{Kind, Pack, Reply, Sample};

pub(super) const PACK: Pack = Pack {
    trade: Trade::General,
    version: 1,
    pipeline: "Enquiries",
    stages: &[
        ("New", Kind::Open),
        ("Contacted", Kind::Open),
        ("Meeting booked", Kind::Open),
        ("Quote sent", Kind::Open),
        ("Agreed", Kind::Open),
        ("Done", Kind::Won),
        ("Lost", Kind::Lost),
    ],
    tags: &[
        ("Lead", Blue),
        ("Customer", Teal),
        ("Partner", Olive),
        ("Supplier", Slate),
        ("Call back", Purple),
        ("Complaint", Brown),
        ("Recommended", Pink),
        ("Newsletter", Sky),
    ],
    replies: &[
        Reply {
            shortcut: "hello",
            title: "First answer",
            body: "Hello {first_name}, this is {agent} of {business}. Thank you for your message. How can I help?",
        },
        Reply {
            shortcut: "hours",
            title: "Opening hours",
            body: "We are here Monday to Friday from 9 to 5. Messages that come later are answered the next morning.",
        },
        Reply {
            shortcut: "soon",
            title: "I will get back to you",
            body: "Thank you, {first_name}. I look into it and come back to you today before 5.",
        },
        Reply {
            shortcut: "call",
            title: "Offer a call",
            body: "It may be quicker to talk, {first_name}. When can I call you, and under which number?",
        },
        Reply {
            shortcut: "meet",
            title: "Offer a meeting",
            body: "Shall we meet, {first_name}? I could come on Tuesday morning or Thursday after 2 pm. Which suits you better?",
        },
        Reply {
            shortcut: "quote",
            title: "Send a quote",
            body: "Here is our quote, {first_name}. It holds for 30 days. If something is unclear, or more than you need, tell me and I change it.",
        },
        Reply {
            shortcut: "remind",
            title: "Ask after a quote",
            body: "Hello {first_name}, did you have time to look at our quote? I am glad to go through it with you.",
        },
        Reply {
            shortcut: "details",
            title: "Ask for details",
            body: "So that I can tell you what it costs, could you send me the address, a photo or two, and when it should be done?",
        },
        Reply {
            shortcut: "sorry",
            title: "Answer to a complaint",
            body: "I am sorry, {first_name}, that is not how we want to work. Please tell me what happened; I see to it myself and write to you today.",
        },
        Reply {
            shortcut: "thanks",
            title: "Thank a customer",
            body: "Thank you for your trust, {first_name}. If you were pleased, tell a friend; if not, tell me.",
        },
    ],
    samples: &[
        Sample {
            name: "Laura Simmons",
            phone: "441214960401",
            tags: &["Lead", "Recommended"],
            unread: 1,
            lines: &[(35, Them("Hello, a friend recommended you. Do you have time in the next two weeks?"))],
        },
        Sample {
            name: "James Okoro",
            phone: "441214960402",
            tags: &["Lead"],
            unread: 0,
            lines: &[
                (1500, Them("Thanks for coming by. When can I expect the quote?")),
                (1440, Us("Tomorrow before noon, James.")),
                (300, Us("Here it is: £1,240 all in, ready within a week. It holds for 30 days.")),
            ],
        },
        Sample {
            name: "Nina Keller",
            phone: "441214960403",
            tags: &["Customer", "Call back"],
            unread: 1,
            lines: &[(80, Them("Could somebody ring me this afternoon? It is about the invoice."))],
        },
        Sample {
            name: "Bright Print Ltd",
            phone: "441214960404",
            tags: &["Supplier"],
            unread: 0,
            lines: &[
                (2600, Them("Your business cards are ready to collect.")),
                (2590, Us("Wonderful, somebody comes by tomorrow.")),
            ],
        },
        Sample {
            name: "Peter Vance",
            phone: "441214960405",
            tags: &["Customer", "Complaint"],
            unread: 0,
            lines: &[
                (4200, Them("Your colleague did not turn up on Monday, and nobody called.")),
                (
                    4190,
                    Us(
                        "I am sorry, Peter, that must not happen. He comes tomorrow at 8, and we take £50 off the bill.",
                    ),
                ),
                (4100, Them("All right. Thank you for sorting it out.")),
            ],
        },
    ],
};
