//! Medical, dental and therapy practices.

use domain::packs::Trade;
use domain::tags::Colour::{Blue, Brown, Olive, Pink, Purple, Sky, Slate, Teal};

use super::Line::{Them, Us};
use super::{Kind, Pack, Reply, Sample};

pub(super) const PACK: Pack = Pack {
    trade: Trade::Clinic,
    version: 1,
    pipeline: "Patients",
    stages: &[
        ("New enquiry", Kind::Open),
        ("First visit booked", Kind::Open),
        ("Seen", Kind::Open),
        ("Treatment proposed", Kind::Open),
        ("In treatment", Kind::Open),
        ("Treatment finished", Kind::Won),
        ("Did not go ahead", Kind::Lost),
    ],
    tags: &[
        ("New patient", Blue),
        ("Regular", Teal),
        ("Child", Pink),
        ("Insured", Sky),
        ("Self-paying", Olive),
        ("Follow-up due", Purple),
        ("Needs interpreter", Brown),
        ("Step-free access", Slate),
    ],
    replies: &[
        Reply {
            shortcut: "hello",
            title: "First answer",
            body: "Hello {first_name}, this is {agent} at {business}. How can we help? Please send no medical details here; a short word is enough and we call you back.",
        },
        Reply {
            shortcut: "book",
            title: "Offer an appointment",
            body: "We would be glad to see you, {first_name}. Would a morning or an afternoon suit you better, and is there a day that does not work?",
        },
        Reply {
            shortcut: "confirm",
            title: "Confirm an appointment",
            body: "Your appointment is booked, {first_name}. Please come ten minutes early with your ID and, if you have one, your insurance card.",
        },
        Reply {
            shortcut: "first",
            title: "What to bring to a first visit",
            body: "For your first visit please bring: ID, a list of the medicines you take, the name of your GP, and earlier letters or X-rays if you have them.",
        },
        Reply {
            shortcut: "move",
            title: "Move an appointment",
            body: "No problem, {first_name}. Which days next week would work instead? Up to 24 hours before, moving costs nothing.",
        },
        Reply {
            shortcut: "missed",
            title: "After a missed appointment",
            body: "Hello {first_name}, we missed you today and hope all is well. Shall we find another time?",
        },
        Reply {
            shortcut: "prices",
            title: "Prices and insurance",
            body: "A first consultation is 30 minutes. Most insurers cover it; please ask yours for an authorisation code before you come. Without insurance you get a written quote before anything is done.",
        },
        Reply {
            shortcut: "urgent",
            title: "Something urgent",
            body: "If this is an emergency, call 999 now. For urgent advice at any hour call 111. We can see you today only during opening hours: please ring us so that nothing is lost in writing.",
        },
        Reply {
            shortcut: "prescription",
            title: "Repeat prescription",
            body: "We can prepare that, {first_name}. It is ready in two working days; bring your ID when you collect it. If your health has changed, please book a short appointment first.",
        },
        Reply {
            shortcut: "review",
            title: "After a treatment",
            body: "Hello {first_name}, how are you getting on since your visit? If anything worries you, write here or call. Your next check-up is in six months.",
        },
    ],
    samples: &[
        Sample {
            name: "Amelia Hughes",
            phone: "441614960201",
            tags: &["New patient"],
            unread: 1,
            lines: &[(40, Them("Hello, are you taking new patients? I moved here last month."))],
        },
        Sample {
            name: "Kemal Aydin",
            phone: "441614960202",
            tags: &["Regular", "Insured"],
            unread: 1,
            lines: &[
                (320, Them("Hello, at what time is my appointment tomorrow?")),
                (310, Us("Hello Kemal, at 9:20, with Dr Lane.")),
                (300, Them("I am afraid I cannot make it. Could I come on Friday instead?")),
            ],
        },
        Sample {
            name: "Karen Whitlock",
            phone: "441614960203",
            tags: &["Child", "Step-free access"],
            unread: 0,
            lines: &[
                (1600, Them("My son uses a wheelchair. Is there a step at the entrance?")),
                (
                    1580,
                    Us("No step, Karen, and the lift goes to our floor. Parking for blue badges is right by the door."),
                ),
                (1575, Them("That is a relief, thank you!")),
            ],
        },
        Sample {
            name: "Oliver Grant",
            phone: "441614960204",
            tags: &["Self-paying"],
            unread: 0,
            lines: &[
                (3000, Them("What does a check-up with cleaning cost without insurance?")),
                (2980, Us("£95 together, Oliver. You get a written quote for anything beyond that before it is done.")),
                (2975, Them("Thanks. I will think about it.")),
            ],
        },
        Sample {
            name: "Ines Duarte",
            phone: "441614960205",
            tags: &["Regular", "Follow-up due", "Needs interpreter"],
            unread: 0,
            lines: &[
                (4500, Them("Good afternoon, is there somebody who speaks Portuguese?")),
                (
                    4480,
                    Us("Good afternoon Ines, yes: we book an interpreter by phone for your appointment, at no cost."),
                ),
            ],
        },
    ],
};
