//! Arabic, with Western digits. Sentences begin with an Arabic word, so that mail programs that guess a line's direction
//! guess right.

use super::super::{Kind, PasskeyChange, Power, RecoveryCodes, SecondFactorChange};
use super::{Frame, Said, mail};

pub(super) const FRAME: Frame = Frame {
    copy_link: "إذا لم يعمل الزر، فانسخ هذا العنوان إلى متصفحك:",
    footer: "أُرسلت هذه الرسالة تلقائيًا من Parley، ولا تُقرأ الردود عليها.",
    colon: ":",
    hello: |name| format!("مرحبًا {name}،"),
    hello_stranger: "مرحبًا،",
    works_until: |moment| format!("يعمل الرابط حتى {moment}."),
    when: "الوقت",
    device: "الجهاز",
    on: "على",
    unknown_device: "جهاز غير معروف",
    months: [
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ],
    moment: |day, month, year, time| format!("{day} {month} {year}، الساعة {time} UTC"),
    says,
};

const SECURITY: &str = "إعدادات الأمان";
const NEW_PASSWORD: &str = "اختيار كلمة مرور جديدة";
const TEAM: &str = "عرض الفريق";
const INBOX: &str = "فتح صندوق الوارد";
const IF_NOT_YOU: &str =
    "إذا لم تكن أنت من فعل ذلك، فراجع إعدادات الأمان فورًا: سجّل خروج الأجهزة التي لا تعرفها واختر كلمة مرور جديدة.";
const IF_NOT_MEANT: &str = "إذا كان ذلك غير مقصود، فغيّره في تلك الصفحة أو اسأل المسؤولين عن مساحة العمل.";

fn says(kind: &Kind) -> Said {
    match kind {
        Kind::VerifyEmail { .. } => mail("أكّد عنوان بريدك الإلكتروني")
            .says("أهلًا بك في Parley! أكّد أن هذا العنوان لك، وسيصبح حسابك جاهزًا.")
            .leads("تأكيد العنوان")
            .notes("إذا لم تسجّل، فتجاهل هذه الرسالة. لا يحدث شيء من دون الرابط."),
        Kind::AlreadyRegistered { .. } => mail("لديك حساب بالفعل")
            .says("حاول شخص ما، وعلى الأرجح أنت، التسجيل في Parley بهذا العنوان. يوجد حساب بهذا العنوان بالفعل، لذلك لم يتغيّر شيء.")
            .says("سجّل الدخول به. وإذا نسيت كلمة المرور، فيمكنك طلب كلمة جديدة هناك.")
            .leads("تسجيل الدخول")
            .notes("إذا لم تحاول التسجيل، فليس عليك فعل شيء."),
        Kind::ResetPassword { .. } => mail("اختر كلمة مرور جديدة")
            .says("طلب شخص ما، وعلى الأرجح أنت، كلمة مرور جديدة لحسابك.")
            .leads(NEW_PASSWORD)
            .notes("إذا لم تطلب ذلك، فتجاهل هذه الرسالة. ستبقى كلمة المرور كما هي."),
        Kind::PasswordChanged { .. } => mail("تم تغيير كلمة المرور")
            .says("تم تغيير كلمة مرور حسابك.")
            .says("إذا كنت أنت من فعل ذلك، فليس عليك فعل شيء. وإلا فاختر كلمة مرور جديدة فورًا.")
            .leads(NEW_PASSWORD),
        Kind::EmailChangeOld { new_address, .. } => mail("هل سيتغيّر عنوان بريدك الإلكتروني؟")
            .says(format!("سينتقل حسابك قريبًا من هذا العنوان إلى {new_address}."))
            .says("إذا كنت قد طلبت ذلك، فأكّده. وإلا فارفضه واختر كلمة مرور جديدة.")
            .leads("التأكيد أو الرفض"),
        Kind::EmailChangeNew { .. } => mail("أكّد عنوان بريدك الإلكتروني الجديد")
            .says("أكّد أن هذا العنوان لك، وسينتقل حسابك إليه.")
            .leads("تأكيد العنوان")
            .notes("إذا لم تطلب ذلك، فتجاهل هذه الرسالة. لا يحدث شيء من دون الرابط."),
        Kind::EmailChanged { new_address, .. } => mail("تم تغيير عنوان بريدك الإلكتروني")
            .says(format!("عنوان حسابك الآن هو {new_address}. استخدمه لتسجيل الدخول."))
            .leads(SECURITY)
            .notes(IF_NOT_YOU),
        Kind::EmailChangeRefused { new_address, .. } => mail("عنوان بريدك الإلكتروني باقٍ كما هو")
            .says(format!("رُفض تغيير عنوان حسابك إلى {new_address}. لم يتغيّر شيء."))
            .says("كان من طلب هذا التغيير مسجّل الدخول إلى حسابك. إذا لم يكن أنت، فاختر كلمة مرور جديدة فورًا.")
            .leads(NEW_PASSWORD),
        Kind::NewDevice { .. } => mail("تسجيل دخول من جهاز جديد")
            .says("استُخدم حسابك على جهاز لم نره من قبل.")
            .leads(SECURITY)
            .notes("إذا كنت أنت من فعل ذلك، فليس عليك فعل شيء.")
            .notes(IF_NOT_YOU),
        Kind::SecondFactorChanged { change, .. } => second_factor(*change).leads(SECURITY).notes(IF_NOT_YOU),
        Kind::PasskeyChanged { change, passkey, .. } => {
            let said = match change {
                PasskeyChange::Added => mail("تمت إضافة مفتاح مرور")
                    .says(format!("أُضيف مفتاح المرور «{passkey}» إلى حسابك. يمكن تسجيل الدخول به من دون كلمة مرور.")),
                PasskeyChange::Removed => mail("تمت إزالة مفتاح مرور")
                    .says(format!("أُزيل مفتاح المرور «{passkey}» من حسابك. لم يعد تسجيل الدخول به ممكنًا.")),
            };
            said.leads(SECURITY).notes(IF_NOT_YOU)
        }
        Kind::RecoveryCodes { what, .. } => recovery_codes(*what).leads(SECURITY).notes(IF_NOT_YOU),
        Kind::Invitation { inviter, workspace, .. } => mail(format!("دعوة من {inviter} إلى {workspace}"))
            .says(format!("يدعوك {inviter} إلى العمل في {workspace} على Parley، حيث يردّ الفريق على عملائه معًا."))
            .leads("عرض الدعوة")
            .notes("إذا لم تعرف من هذا، فتجاهل هذه الرسالة. لا يحدث شيء من دون الرابط."),
        Kind::InvitationAccepted { member, workspace, .. } => mail(format!("انضم {member} إلى {workspace}"))
            .says(format!("قبِل {member} دعوتك وأصبح الآن عضوًا في {workspace}."))
            .leads(TEAM),
        Kind::OwnershipOffered { owner, workspace, .. } => mail(format!("يريد {owner} أن يسلّمك {workspace}"))
            .says(format!("يريد {owner} أن تصبح مالك {workspace}. يقرّر المالك شؤون الأعضاء والدفع وإنهاء مساحة العمل."))
            .leads("اتخاذ القرار")
            .notes(format!("تجد العرض في ملفك الشخصي ما دامت {workspace} هي مساحة العمل المفتوحة لديك. إذا لم تفعل شيئًا، فسيبقى كل شيء كما هو.")),
        Kind::SingleSignOnLinked { workspace, joined: true, .. } => mail(format!("أصبحت الآن عضوًا في {workspace}"))
            .says(format!("دخل شخص ما، وعلى الأرجح أنت، إلى {workspace} عبر خدمة الدخول الخاصة بها، وهي تشهد بأن عنوانك لك. أصبحت عضوًا فيها من الآن. يمكن لهذه الخدمة أن تفتح لك {workspace} ولا شيء آخر مما يخصك."))
            .leads(SECURITY)
            .notes(format!("إذا لم تكن أنت من فعل ذلك، فأخبر المسؤولين عن {workspace}، أو غادرها من ملفك الشخصي. لا يؤثر ذلك في كلمة مرورك ولا في مساحات عملك الأخرى.")),
        Kind::SingleSignOnLinked { workspace, joined: false, .. } => mail(format!("يمكنك الدخول إلى {workspace} عبر مؤسستك"))
            .says(format!("سجّل شخص ما، وعلى الأرجح أنت، الدخول إلى {workspace} عبر خدمة الدخول الخاصة بها. يمكن لهذه الخدمة من الآن أن تفتح لك {workspace} ولا شيء آخر مما يخصك."))
            .leads(SECURITY)
            .notes(format!("إذا لم تكن أنت من فعل ذلك، فأخبر المسؤولين عن {workspace}. لا يؤثر ذلك في كلمة مرورك ولا في مساحات عملك الأخرى.")),
        Kind::Deactivated { workspace, .. } => mail(format!("انتهى وصولك إلى {workspace}"))
            .says(format!("أنهى أحد المشرفين عضويتك في {workspace}. لم يعد بإمكانك فتحها، ولا يؤثر ذلك في مساحات عملك الأخرى."))
            .says("إذا كنت ترى أن هذا خطأ، فاسأل المسؤولين عن مساحة العمل."),
        Kind::Reactivated { workspace, .. } => mail(format!("عدت إلى {workspace}"))
            .says(format!("أعادك أحد المشرفين إلى {workspace}. يمكنك فتحها من جديد بالدور نفسه الذي كان لك."))
            .leads(INBOX)
            .notes("إذا كنت لا تريد ذلك، فغادر مساحة العمل من ملفك الشخصي."),
        Kind::SignedOut { workspace, .. } => mail(format!("تم تسجيل خروجك من {workspace}"))
            .says(format!("أنهى أحد المشرفين على {workspace} كل جلساتك المفتوحة هناك. ما زلت عضوًا: سجّل الدخول من جديد لتتابع."))
            .leads(SECURITY)
            .notes("يحدث ذلك عند فقدان جهاز أو إذا كان من المحتمل أن شخصًا آخر استخدم حسابك. إذا كنت لا تعرف السبب، فاسأل المسؤولين عن مساحة العمل واختر كلمة مرور جديدة."),
        Kind::ApiKeyMade { key, maker, workspace, .. } => {
            let maker = maker.as_deref().unwrap_or("المشغّل");
            mail(format!("مفتاح API جديد لـ {workspace}"))
                .says(format!("أنشأ {maker} مفتاح API باسم «{key}». من يملكه يصل من الخارج إلى بيانات {workspace}."))
                .leads("عرض مفاتيح API")
                .notes("إذا لم يكن أحد بحاجة إلى هذا المفتاح، فألغِه في تلك الصفحة. سيتوقف عن العمل فورًا.")
        }
        Kind::PowerGiven { member, power: Power::Admin, giver, workspace, .. } => mail(format!("أصبح {member} مشرفًا على {workspace}"))
            .says(format!("جعل {giver} من {member} مشرفًا على {workspace}. يقرّر المشرفون شؤون الأعضاء والقنوات والأمان."))
            .leads(TEAM)
            .notes(IF_NOT_MEANT),
        Kind::PowerGiven { member, power: Power::Owner, giver, workspace, .. } => mail(format!("أصبح {member} مالك {workspace}"))
            .says(format!("سلّم {giver} ملكية {workspace} إلى {member}. يقرّر المالك شؤون الأعضاء والدفع وإنهاء مساحة العمل."))
            .leads(TEAM)
            .notes(IF_NOT_MEANT),
        Kind::MasterKeyRotated { .. } => mail("تم استبدال المفتاح الرئيسي")
            .says("استبدل مشغّل هذه النسخة من Parley المفتاح الذي يحمي كل الأسرار المحفوظة. لا يتغيّر شيء لك أو لفريقك.")
            .notes("إذا لم يخبرك أحد بذلك، فاسأل المشغّل."),
        Kind::Waiting { workspace, count, .. } => {
            let messages = messages(*count);
            mail(format!("لديك {messages} بلا رد"))
                .says(format!("تنتظرك {messages} من العملاء في {workspace}، ولم يقرأ أحد الجديد هناك."))
                .leads(INBOX)
                .notes("أنت تختار ما نكتب إليك عنه، وبعد كم من الوقت، ومتى تريد الهدوء.")
                .ends("تغيير الإشعارات")
        }
    }
}

/// The forms of a noun after a number (Unicode CLDR, plural rules of `ar`): one, two, 3 to 10, 11 to 99, and hundreds.
fn messages(count: i64) -> String {
    match (count, count % 100) {
        (1, _) => "رسالة واحدة".to_owned(),
        (2, _) => "رسالتان".to_owned(),
        (_, 3..=10) => format!("{count} رسائل"),
        _ => format!("{count} رسالة"),
    }
}

fn codes_left(left: u32) -> String {
    match (left, left % 100) {
        (0, _) => "لم يبقَ أي رمز: أنشئ رموزًا جديدة قبل أن تحتاج إليها.".to_owned(),
        (1, _) => "بقي رمز واحد: أنشئ رموزًا جديدة قريبًا.".to_owned(),
        (2, _) => "بقي رمزان.".to_owned(),
        (_, 3..=10) => format!("بقيت {left} رموز."),
        (_, 11..=99) => format!("بقي {left} رمزًا."),
        _ => format!("بقي {left} رمز."),
    }
}

fn second_factor(change: SecondFactorChange) -> Said {
    match change {
        SecondFactorChange::TurnedOn => mail("تم تفعيل تسجيل الدخول بخطوتين")
            .says("من الآن يحتاج تسجيل الدخول إلى رمز من تطبيق المصادقة إضافةً إلى كلمة المرور."),
        SecondFactorChange::TurnedOff => {
            mail("تم إيقاف تسجيل الدخول بخطوتين").says("لم يعد تسجيل الدخول إلى حسابك يحتاج إلى رمز من تطبيق المصادقة.")
        }
        SecondFactorChange::Replaced => mail("تم استبدال تطبيق المصادقة")
            .says("تأتي الرموز الآن من تطبيق مصادقة آخر. لم تعد رموز التطبيق القديم تعمل."),
    }
}

fn recovery_codes(what: RecoveryCodes) -> Said {
    match what {
        RecoveryCodes::Made => {
            mail("تم إنشاء رموز استرداد جديدة").says("أُنشئت رموز استرداد جديدة لحسابك. لم تعد الرموز القديمة تعمل.")
        }
        RecoveryCodes::Used { left } => mail("استُخدم أحد رموز الاسترداد")
            .says(format!("سجّل شخص ما الدخول إلى حسابك بأحد رموز الاسترداد. {}", codes_left(left))),
    }
}
