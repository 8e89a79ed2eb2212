//! German. «Sie», and sentences as short as the English ones.

use super::super::{Kind, PasskeyChange, Power, RecoveryCodes, SecondFactorChange};
use super::{Frame, Said, mail};

pub(super) const FRAME: Frame = Frame {
    copy_link: "Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:",
    footer: "Parley hat diese E-Mail automatisch verschickt. Antworten darauf werden nicht gelesen.",
    colon: ":",
    // With an exclamation mark, as the next line begins with a capital letter.
    hello: |name| format!("Guten Tag {name}!"),
    hello_stranger: "Guten Tag!",
    works_until: |moment| format!("Der Link funktioniert bis zum {moment}."),
    when: "Wann",
    device: "Gerät",
    on: "unter",
    unknown_device: "Unbekanntes Gerät",
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    moment: |day, month, year, time| format!("{day}. {month} {year} um {time} UTC"),
    says,
};

const SECURITY: &str = "Sicherheitseinstellungen";
const NEW_PASSWORD: &str = "Neues Passwort wählen";
const TEAM: &str = "Team ansehen";
const INBOX: &str = "Posteingang öffnen";
const IF_NOT_YOU: &str = "Falls Sie das nicht waren, sehen Sie sofort in Ihren Sicherheitseinstellungen nach: Melden Sie Geräte ab, die Sie nicht kennen, und wählen Sie ein neues Passwort.";
const IF_NOT_MEANT: &str = "Falls das nicht so sein soll, ändern Sie es auf dieser Seite, oder fragen Sie die Verantwortlichen des Arbeitsbereichs.";

fn says(kind: &Kind) -> Said {
    match kind {
        Kind::VerifyEmail { .. } => mail("Bestätigen Sie Ihre E-Mail-Adresse")
            .says("Willkommen bei Parley! Bestätigen Sie, dass diese Adresse Ihnen gehört, dann ist Ihr Konto bereit.")
            .leads("Adresse bestätigen")
            .notes("Falls Sie sich nicht registriert haben, ignorieren Sie diese E-Mail. Ohne den Link geschieht nichts."),
        Kind::AlreadyRegistered { .. } => mail("Sie haben schon ein Konto")
            .says("Jemand, vermutlich Sie, wollte sich mit dieser Adresse bei Parley registrieren. Zu ihr gibt es schon ein Konto, deshalb wurde nichts geändert.")
            .says("Melden Sie sich damit an. Wenn Sie das Passwort nicht mehr wissen, können Sie dort ein neues anfordern.")
            .leads("Anmelden")
            .notes("Falls Sie sich nicht registrieren wollten, müssen Sie nichts tun."),
        Kind::ResetPassword { .. } => mail("Wählen Sie ein neues Passwort")
            .says("Jemand, vermutlich Sie, hat ein neues Passwort für Ihr Konto angefordert.")
            .leads(NEW_PASSWORD)
            .notes("Falls Sie das nicht waren, ignorieren Sie diese E-Mail. Ihr Passwort bleibt, wie es ist."),
        Kind::PasswordChanged { .. } => mail("Ihr Passwort wurde geändert")
            .says("Das Passwort Ihres Kontos wurde geändert.")
            .says("Wenn Sie das waren, müssen Sie nichts tun. Wenn nicht, wählen Sie sofort ein neues Passwort.")
            .leads(NEW_PASSWORD),
        Kind::EmailChangeOld { new_address, .. } => mail("Ändert sich Ihre E-Mail-Adresse?")
            .says(format!("Ihr Konto soll von dieser Adresse zu {new_address} umziehen."))
            .says("Wenn Sie das möchten, bestätigen Sie es. Wenn nicht, lehnen Sie ab und wählen Sie ein neues Passwort.")
            .leads("Bestätigen oder ablehnen"),
        Kind::EmailChangeNew { .. } => mail("Bestätigen Sie Ihre neue E-Mail-Adresse")
            .says("Bestätigen Sie, dass diese Adresse Ihnen gehört, dann zieht Ihr Konto zu ihr um.")
            .leads("Adresse bestätigen")
            .notes("Falls Sie das nicht wollten, ignorieren Sie diese E-Mail. Ohne den Link geschieht nichts."),
        Kind::EmailChanged { new_address, .. } => mail("Ihre E-Mail-Adresse wurde geändert")
            .says(format!("Die Adresse Ihres Kontos ist jetzt {new_address}. Melden Sie sich damit an."))
            .leads(SECURITY)
            .notes(IF_NOT_YOU),
        Kind::EmailChangeRefused { new_address, .. } => mail("Ihre E-Mail-Adresse bleibt")
            .says(format!("Der Umzug Ihres Kontos zur Adresse {new_address} wurde abgelehnt. Es hat sich nichts geändert."))
            .says("Wer den Umzug wollte, war mit Ihrem Konto angemeldet. Wenn das nicht Sie waren, wählen Sie sofort ein neues Passwort.")
            .leads(NEW_PASSWORD),
        Kind::NewDevice { .. } => mail("Anmeldung mit einem neuen Gerät")
            .says("Ihr Konto wurde auf einem Gerät benutzt, das wir noch nicht kennen.")
            .leads(SECURITY)
            .notes("Wenn Sie das waren, müssen Sie nichts tun.")
            .notes(IF_NOT_YOU),
        Kind::SecondFactorChanged { change, .. } => second_factor(*change).leads(SECURITY).notes(IF_NOT_YOU),
        Kind::PasskeyChanged { change, passkey, .. } => {
            let said = match change {
                PasskeyChange::Added => mail("Ein Passkey wurde hinzugefügt")
                    .says(format!("Der Passkey „{passkey}“ wurde Ihrem Konto hinzugefügt. Mit ihm meldet man sich ohne Passwort an.")),
                PasskeyChange::Removed => mail("Ein Passkey wurde entfernt")
                    .says(format!("Der Passkey „{passkey}“ wurde aus Ihrem Konto entfernt. Mit ihm kann man sich nicht mehr anmelden.")),
            };
            said.leads(SECURITY).notes(IF_NOT_YOU)
        }
        Kind::RecoveryCodes { what, .. } => recovery_codes(*what).leads(SECURITY).notes(IF_NOT_YOU),
        Kind::Invitation { inviter, workspace, .. } => mail(format!("{inviter} lädt Sie zu {workspace} ein"))
            .says(format!("{inviter} lädt Sie ein, in {workspace} auf Parley mitzuarbeiten, wo das Team seinen Kunden gemeinsam antwortet."))
            .leads("Einladung ansehen")
            .notes("Falls Sie nicht wissen, wer das ist, ignorieren Sie diese E-Mail. Ohne den Link geschieht nichts."),
        Kind::InvitationAccepted { member, workspace, .. } => mail(format!("{member} ist jetzt bei {workspace}"))
            .says(format!("{member} hat Ihre Einladung angenommen und ist jetzt Mitglied von {workspace}."))
            .leads(TEAM),
        Kind::OwnershipOffered { owner, workspace, .. } => mail(format!("{owner} möchte Ihnen {workspace} übergeben"))
            .says(format!("{owner} möchte, dass {workspace} künftig Ihnen gehört. Wem der Arbeitsbereich gehört, entscheidet über Mitglieder, Bezahlung und sein Ende."))
            .leads("Entscheiden")
            .notes(format!("Sie finden das Angebot in Ihrem Profil, solange Sie {workspace} geöffnet haben. Wenn Sie nichts tun, bleibt alles, wie es ist.")),
        Kind::SingleSignOnLinked { workspace, joined: true, .. } => mail(format!("Sie sind jetzt Mitglied von {workspace}"))
            .says(format!("Jemand, vermutlich Sie, kam über den Anmeldedienst von {workspace}, der für Ihre Adresse bürgt. Sie sind dort ab jetzt Mitglied. Dieser Dienst kann Ihnen {workspace} öffnen, und sonst nichts von Ihnen."))
            .leads(SECURITY)
            .notes(format!("Falls Sie das nicht waren, sagen Sie es den Verantwortlichen von {workspace}, oder verlassen Sie den Arbeitsbereich in Ihrem Profil. Ihr Passwort und Ihre anderen Arbeitsbereiche sind nicht betroffen.")),
        Kind::SingleSignOnLinked { workspace, joined: false, .. } => mail(format!("Sie können sich bei {workspace} über Ihre Organisation anmelden"))
            .says(format!("Jemand, vermutlich Sie, hat sich über den Anmeldedienst von {workspace} angemeldet. Er kann Ihnen ab jetzt {workspace} öffnen, und sonst nichts von Ihnen."))
            .leads(SECURITY)
            .notes(format!("Falls Sie das nicht waren, sagen Sie es den Verantwortlichen von {workspace}. Ihr Passwort und Ihre anderen Arbeitsbereiche sind nicht betroffen.")),
        Kind::Deactivated { workspace, .. } => mail(format!("Ihr Zugang zu {workspace} ist beendet"))
            .says(format!("Jemand aus der Verwaltung hat Ihre Mitgliedschaft in {workspace} beendet. Sie können den Arbeitsbereich nicht mehr öffnen; Ihre anderen Arbeitsbereiche sind nicht betroffen."))
            .says("Falls Sie das für einen Irrtum halten, fragen Sie die Verantwortlichen des Arbeitsbereichs."),
        Kind::Reactivated { workspace, .. } => mail(format!("Sie sind wieder in {workspace}"))
            .says(format!("Jemand aus der Verwaltung von {workspace} hat Sie wieder aufgenommen. Sie können den Arbeitsbereich wieder öffnen, mit derselben Rolle wie zuvor."))
            .leads(INBOX)
            .notes("Falls Sie das nicht möchten, verlassen Sie den Arbeitsbereich in Ihrem Profil."),
        Kind::SignedOut { workspace, .. } => mail(format!("Sie wurden von {workspace} abgemeldet"))
            .says(format!("Jemand aus der Verwaltung von {workspace} hat alle Ihre Sitzungen beendet, die dort offen waren. Sie sind weiterhin Mitglied: Melden Sie sich wieder an, um weiterzuarbeiten."))
            .leads(SECURITY)
            .notes("Das geschieht, wenn ein Gerät verloren ging oder jemand anders Ihr Konto benutzt haben könnte. Wenn Sie den Grund nicht kennen, fragen Sie die Verantwortlichen des Arbeitsbereichs, und wählen Sie ein neues Passwort."),
        Kind::ApiKeyMade { key, maker, workspace, .. } => {
            let maker = maker.as_deref().unwrap_or("Der Betreiber");
            mail(format!("Ein neuer API-Schlüssel für {workspace}"))
                .says(format!("{maker} hat den API-Schlüssel „{key}“ erstellt. Wer ihn hat, erreicht von außen Daten von {workspace}."))
                .leads("API-Schlüssel ansehen")
                .notes("Falls niemand diesen Schlüssel braucht, widerrufen Sie ihn auf dieser Seite. Er funktioniert dann sofort nicht mehr.")
        }
        Kind::PowerGiven { member, power: Power::Admin, giver, workspace, .. } => mail(format!("{member} verwaltet jetzt {workspace}"))
            .says(format!("{giver} hat {member} die Verwaltung von {workspace} anvertraut. Wer verwaltet, entscheidet über Mitglieder, Kanäle und Sicherheit."))
            .leads(TEAM)
            .notes(IF_NOT_MEANT),
        Kind::PowerGiven { member, power: Power::Owner, giver, workspace, .. } => mail(format!("{workspace} gehört jetzt {member}"))
            .says(format!("{giver} hat {workspace} an {member} übergeben. Wem der Arbeitsbereich gehört, entscheidet über Mitglieder, Bezahlung und sein Ende."))
            .leads(TEAM)
            .notes(IF_NOT_MEANT),
        Kind::MasterKeyRotated { .. } => mail("Der Hauptschlüssel wurde ersetzt")
            .says("Der Betreiber dieser Parley-Installation hat den Schlüssel ersetzt, der alle gespeicherten Geheimnisse schützt. Für Sie und Ihr Team ändert sich nichts.")
            .notes("Falls Ihnen das niemand angekündigt hat, fragen Sie den Betreiber."),
        Kind::Waiting { workspace, count, .. } => {
            let (subject, waits) = match count {
                1 => ("1 unbeantwortete Nachricht wartet".to_owned(), "wartet die Nachricht eines Kunden".to_owned()),
                count => (format!("{count} unbeantwortete Nachrichten warten"), format!("warten {count} Nachrichten von Kunden")),
            };
            mail(subject)
                .says(format!("In {workspace} {waits} auf Sie, und niemand hat gelesen, was dort neu ist."))
                .leads(INBOX)
                .notes("Sie bestimmen, worüber wir Ihnen schreiben, nach welcher Zeit, und wann Sie Ruhe möchten.")
                .ends("Benachrichtigungen ändern")
        }
    }
}

fn second_factor(change: SecondFactorChange) -> Said {
    match change {
        SecondFactorChange::TurnedOn => mail("Die Anmeldung in zwei Schritten ist eingeschaltet")
            .says("Ab jetzt braucht die Anmeldung außer dem Passwort einen Code aus Ihrer Authentifizierungs-App."),
        SecondFactorChange::TurnedOff => mail("Die Anmeldung in zwei Schritten ist ausgeschaltet")
            .says("Die Anmeldung bei Ihrem Konto braucht keinen Code aus einer Authentifizierungs-App mehr."),
        SecondFactorChange::Replaced => mail("Ihre Authentifizierungs-App wurde ersetzt").says(
            "Die Codes kommen jetzt aus einer anderen Authentifizierungs-App. Die der alten funktionieren nicht mehr.",
        ),
    }
}

fn recovery_codes(what: RecoveryCodes) -> Said {
    match what {
        RecoveryCodes::Made => mail("Neue Wiederherstellungscodes wurden erstellt")
            .says("Für Ihr Konto wurden neue Wiederherstellungscodes erstellt. Die alten funktionieren nicht mehr."),
        RecoveryCodes::Used { left } => {
            let left = match left {
                0 => "Es ist keiner mehr übrig: Erstellen Sie neue, bevor Sie einen brauchen.".to_owned(),
                1 => "Es ist noch einer übrig: Erstellen Sie bald neue.".to_owned(),
                left => format!("Es sind noch {left} übrig."),
            };
            mail("Ein Wiederherstellungscode wurde benutzt")
                .says(format!("Jemand hat sich mit einem der Wiederherstellungscodes Ihres Kontos angemeldet. {left}"))
        }
    }
}
