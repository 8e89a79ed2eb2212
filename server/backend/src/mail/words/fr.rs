//! French. «Vous». Spaces before colons, question marks and within quotation marks do not break.

use super::super::{Kind, PasskeyChange, Power, RecoveryCodes, SecondFactorChange};
use super::{Frame, Said, mail};

pub(super) const FRAME: Frame = Frame {
    copy_link: "Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur\u{a0}:",
    footer: "Parley a envoyé ce message automatiquement. Les réponses ne sont pas lues.",
    colon: "\u{a0}:",
    hello: |name| format!("Bonjour {name},"),
    hello_stranger: "Bonjour,",
    works_until: |moment| format!("Le lien fonctionne jusqu’au {moment}."),
    when: "Quand",
    device: "Appareil",
    on: "sur",
    unknown_device: "Appareil inconnu",
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    moment: |day, month, year, time| match day {
        1 => format!("1er {month} {year} à {time} UTC"),
        day => format!("{day} {month} {year} à {time} UTC"),
    },
    says,
};

const SECURITY: &str = "Paramètres de sécurité";
const NEW_PASSWORD: &str = "Choisir un nouveau mot de passe";
const TEAM: &str = "Voir l’équipe";
const INBOX: &str = "Ouvrir la boîte de réception";
const IF_NOT_YOU: &str = "Si ce n’était pas vous, consultez tout de suite vos paramètres de sécurité\u{a0}: déconnectez les appareils que vous ne connaissez pas et choisissez un nouveau mot de passe.";
const IF_NOT_MEANT: &str =
    "Si cela ne devrait pas être ainsi, changez-le sur cette page ou demandez aux responsables de l’espace de travail.";

fn says(kind: &Kind) -> Said {
    match kind {
        Kind::VerifyEmail { .. } => mail("Confirmez votre adresse e-mail")
            .says("Bienvenue sur Parley\u{202f}! Confirmez que cette adresse est la vôtre, et votre compte sera prêt.")
            .leads("Confirmer l’adresse")
            .notes("Si vous ne vous êtes pas inscrit, ignorez ce message. Sans le lien, il ne se passe rien."),
        Kind::AlreadyRegistered { .. } => mail("Vous avez déjà un compte")
            .says("Quelqu’un, sans doute vous, a voulu s’inscrire sur Parley avec cette adresse. Un compte existe déjà à cette adresse, rien n’a donc été changé.")
            .says("Connectez-vous avec elle. Si vous ne connaissez plus le mot de passe, vous pouvez en demander un nouveau sur cette page.")
            .leads("Se connecter")
            .notes("Si vous n’avez pas voulu vous inscrire, vous n’avez rien à faire."),
        Kind::ResetPassword { .. } => mail("Choisissez un nouveau mot de passe")
            .says("Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour votre compte.")
            .leads(NEW_PASSWORD)
            .notes("Si ce n’était pas vous, ignorez ce message. Votre mot de passe reste le même."),
        Kind::PasswordChanged { .. } => mail("Votre mot de passe a été changé")
            .says("Le mot de passe de votre compte a été changé.")
            .says("Si c’était vous, vous n’avez rien à faire. Sinon, choisissez tout de suite un nouveau mot de passe.")
            .leads(NEW_PASSWORD),
        Kind::EmailChangeOld { new_address, .. } => mail("Votre adresse e-mail va-t-elle changer\u{202f}?")
            .says(format!("Votre compte est sur le point de passer de cette adresse à {new_address}."))
            .says("Si vous l’avez demandé, confirmez-le. Sinon, refusez-le et choisissez un nouveau mot de passe.")
            .leads("Confirmer ou refuser"),
        Kind::EmailChangeNew { .. } => mail("Confirmez votre nouvelle adresse e-mail")
            .says("Confirmez que cette adresse est la vôtre, et votre compte passera à celle-ci.")
            .leads("Confirmer l’adresse")
            .notes("Si vous ne l’avez pas demandé, ignorez ce message. Sans le lien, il ne se passe rien."),
        Kind::EmailChanged { new_address, .. } => mail("Votre adresse e-mail a été changée")
            .says(format!("L’adresse de votre compte est maintenant {new_address}. Utilisez-la pour vous connecter."))
            .leads(SECURITY)
            .notes(IF_NOT_YOU),
        Kind::EmailChangeRefused { new_address, .. } => mail("Votre adresse e-mail reste la même")
            .says(format!("Le changement de l’adresse de votre compte pour {new_address} a été refusé. Rien n’a changé."))
            .says("La personne qui a demandé ce changement était connectée à votre compte. Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe.")
            .leads(NEW_PASSWORD),
        Kind::NewDevice { .. } => mail("Connexion depuis un nouvel appareil")
            .says("Votre compte a été utilisé sur un appareil que nous ne connaissions pas.")
            .leads(SECURITY)
            .notes("Si c’était vous, vous n’avez rien à faire.")
            .notes(IF_NOT_YOU),
        Kind::SecondFactorChanged { change, .. } => second_factor(*change).leads(SECURITY).notes(IF_NOT_YOU),
        Kind::PasskeyChanged { change, passkey, .. } => {
            let said = match change {
                PasskeyChange::Added => mail("Une clé d’accès a été ajoutée")
                    .says(format!("La clé d’accès «\u{a0}{passkey}\u{a0}» a été ajoutée à votre compte. Elle permet de se connecter sans mot de passe.")),
                PasskeyChange::Removed => mail("Une clé d’accès a été retirée")
                    .says(format!("La clé d’accès «\u{a0}{passkey}\u{a0}» a été retirée de votre compte. Elle ne permet plus de se connecter.")),
            };
            said.leads(SECURITY).notes(IF_NOT_YOU)
        }
        Kind::RecoveryCodes { what, .. } => recovery_codes(*what).leads(SECURITY).notes(IF_NOT_YOU),
        Kind::Invitation { inviter, workspace, .. } => mail(format!("{inviter} vous invite à rejoindre {workspace}"))
            .says(format!("{inviter} vous invite à travailler dans {workspace} avec Parley, où l’équipe répond ensemble à ses clients."))
            .leads("Voir l’invitation")
            .notes("Si vous ne savez pas de qui il s’agit, ignorez ce message. Sans le lien, il ne se passe rien."),
        Kind::InvitationAccepted { member, workspace, .. } => mail(format!("{member} a rejoint {workspace}"))
            .says(format!("{member} a accepté votre invitation et est maintenant membre de {workspace}."))
            .leads(TEAM),
        Kind::OwnershipOffered { owner, workspace, .. } => mail(format!("{owner} souhaite vous confier {workspace}"))
            .says(format!("{owner} souhaite que {workspace} vous appartienne. Le propriétaire d’un espace de travail décide de ses membres, de son paiement et de sa fin."))
            .leads("Décider")
            .notes(format!("Vous trouverez l’offre dans votre profil tant que {workspace} est l’espace de travail ouvert. Si vous ne faites rien, tout reste comme avant.")),
        Kind::SingleSignOnLinked { workspace, joined: true, .. } => mail(format!("Vous êtes maintenant membre de {workspace}"))
            .says(format!("Quelqu’un, sans doute vous, est entré dans {workspace} par son propre service de connexion, qui se porte garant de votre adresse. Vous en êtes membre à partir de maintenant. Ce service peut vous ouvrir {workspace}, et rien d’autre de ce qui est à vous."))
            .leads(SECURITY)
            .notes(format!("Si ce n’était pas vous, prévenez les responsables de {workspace}, ou quittez cet espace de travail dans votre profil. Votre mot de passe et vos autres espaces de travail ne sont pas concernés.")),
        Kind::SingleSignOnLinked { workspace, joined: false, .. } => mail(format!("Vous pouvez vous connecter à {workspace} par votre organisation"))
            .says(format!("Quelqu’un, sans doute vous, s’est connecté à {workspace} par son propre service de connexion. Ce service peut désormais vous ouvrir {workspace}, et rien d’autre de ce qui est à vous."))
            .leads(SECURITY)
            .notes(format!("Si ce n’était pas vous, prévenez les responsables de {workspace}. Votre mot de passe et vos autres espaces de travail ne sont pas concernés.")),
        Kind::Deactivated { workspace, .. } => mail(format!("Votre accès à {workspace} a pris fin"))
            .says(format!("Un administrateur a mis fin à votre participation à {workspace}. Vous ne pouvez plus l’ouvrir\u{202f}; vos autres espaces de travail ne sont pas concernés."))
            .says("Si vous pensez que c’est une erreur, demandez aux responsables de l’espace de travail."),
        Kind::Reactivated { workspace, .. } => mail(format!("Vous êtes de retour dans {workspace}"))
            .says(format!("Un administrateur de {workspace} vous a réintégré. Vous pouvez l’ouvrir de nouveau, avec le même rôle qu’avant."))
            .leads(INBOX)
            .notes("Si vous ne le souhaitez pas, quittez l’espace de travail dans votre profil."),
        Kind::SignedOut { workspace, .. } => mail(format!("Vous avez été déconnecté de {workspace}"))
            .says(format!("Un administrateur de {workspace} a fermé toutes les sessions que vous y aviez ouvertes. Vous êtes toujours membre\u{a0}: reconnectez-vous pour continuer."))
            .leads(SECURITY)
            .notes("Cela se fait quand un appareil a été perdu ou que quelqu’un d’autre a pu utiliser votre compte. Si vous ne savez pas pourquoi, demandez aux responsables de l’espace de travail et choisissez un nouveau mot de passe."),
        Kind::ApiKeyMade { key, maker, workspace, .. } => {
            let maker = maker.as_deref().unwrap_or("L’exploitant");
            mail(format!("Une nouvelle clé d’API pour {workspace}"))
                .says(format!("{maker} a créé la clé d’API «\u{a0}{key}\u{a0}». Quiconque la détient atteint de l’extérieur des données de {workspace}."))
                .leads("Voir les clés d’API")
                .notes("Si personne n’a besoin de cette clé, révoquez-la sur cette page. Elle cesse aussitôt de fonctionner.")
        }
        Kind::PowerGiven { member, power: Power::Admin, giver, workspace, .. } => mail(format!("{member} administre maintenant {workspace}"))
            .says(format!("{giver} a confié à {member} l’administration de {workspace}. Les administrateurs décident des membres, des canaux et de la sécurité."))
            .leads(TEAM)
            .notes(IF_NOT_MEANT),
        Kind::PowerGiven { member, power: Power::Owner, giver, workspace, .. } => mail(format!("{workspace} appartient maintenant à {member}"))
            .says(format!("{giver} a confié {workspace} à {member}. Le propriétaire d’un espace de travail décide de ses membres, de son paiement et de sa fin."))
            .leads(TEAM)
            .notes(IF_NOT_MEANT),
        Kind::MasterKeyRotated { .. } => mail("La clé maîtresse a été remplacée")
            .says("L’exploitant de cette installation de Parley a remplacé la clé qui protège tous les secrets enregistrés. Rien ne change pour vous ni pour votre équipe.")
            .notes("Si personne ne vous en a parlé, demandez à l’exploitant."),
        Kind::Waiting { workspace, count, .. } => {
            let (subject, waits) = match count {
                1 => ("1 message sans réponse vous attend".to_owned(), "le message d’un client vous attend".to_owned()),
                count => {
                    (format!("{count} messages sans réponse vous attendent"), format!("{count} messages de clients vous attendent"))
                }
            };
            mail(subject)
                .says(format!("Dans {workspace}, {waits}, et personne n’a lu les nouveautés."))
                .leads(INBOX)
                .notes("Vous choisissez à quel sujet nous vous écrivons, au bout de combien de temps, et quand vous voulez être tranquille.")
                .ends("Modifier les notifications")
        }
    }
}

fn second_factor(change: SecondFactorChange) -> Said {
    match change {
        SecondFactorChange::TurnedOn => mail("La connexion en deux étapes est activée")
            .says("Désormais, la connexion demande, en plus du mot de passe, un code de votre application d’authentification."),
        SecondFactorChange::TurnedOff => mail("La connexion en deux étapes est désactivée")
            .says("La connexion à votre compte ne demande plus de code d’une application d’authentification."),
        SecondFactorChange::Replaced => mail("Votre application d’authentification a été remplacée")
            .says("Les codes viennent maintenant d’une autre application d’authentification. Ceux de l’ancienne ne fonctionnent plus."),
    }
}

fn recovery_codes(what: RecoveryCodes) -> Said {
    match what {
        RecoveryCodes::Made => mail("De nouveaux codes de récupération ont été créés").says(
            "De nouveaux codes de récupération ont été créés pour votre compte. Les anciens ne fonctionnent plus.",
        ),
        RecoveryCodes::Used { left } => {
            let left = match left {
                0 => "Il n’en reste aucun\u{a0}: créez-en de nouveaux avant d’en avoir besoin.".to_owned(),
                1 => "Il en reste un\u{a0}: créez-en bientôt de nouveaux.".to_owned(),
                left => format!("Il en reste {left}."),
            };
            mail("Un code de récupération a été utilisé")
                .says(format!("Quelqu’un s’est connecté à votre compte avec l’un de ses codes de récupération. {left}"))
        }
    }
}
