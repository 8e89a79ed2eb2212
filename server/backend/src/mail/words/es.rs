//! Spanish. «Usted», without a country of its own.

use super::super::{Kind, PasskeyChange, Power, RecoveryCodes, SecondFactorChange};
use super::{Frame, Said, mail};

pub(super) const FRAME: Frame = Frame {
    copy_link: "Si el botón no funciona, copie esta dirección en su navegador:",
    footer: "Parley envió este correo automáticamente. Nadie lee las respuestas.",
    colon: ":",
    hello: |name| format!("Hola, {name}:"),
    hello_stranger: "Hola:",
    works_until: |moment| format!("El enlace funciona hasta el {moment}."),
    when: "Cuándo",
    device: "Dispositivo",
    on: "en",
    unknown_device: "Dispositivo desconocido",
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    moment: |day, month, year, time| format!("{day} de {month} de {year}, {time} UTC"),
    says,
};

const SECURITY: &str = "Ajustes de seguridad";
const NEW_PASSWORD: &str = "Elegir una contraseña nueva";
const TEAM: &str = "Ver el equipo";
const INBOX: &str = "Abrir la bandeja de entrada";
const IF_NOT_YOU: &str = "Si no fue usted, revise de inmediato sus ajustes de seguridad: cierre la sesión en los dispositivos que no conozca y elija una contraseña nueva.";
const IF_NOT_MEANT: &str =
    "Si esto no debería ser así, cámbielo en esa página o pregunte a quien dirige el espacio de trabajo.";

fn says(kind: &Kind) -> Said {
    match kind {
        Kind::VerifyEmail { .. } => mail("Confirme su dirección de correo")
            .says("¡Le damos la bienvenida a Parley! Confirme que esta dirección es suya y su cuenta estará lista.")
            .leads("Confirmar la dirección")
            .notes("Si no se ha registrado, ignore este correo. Sin el enlace no ocurre nada."),
        Kind::AlreadyRegistered { .. } => mail("Ya tiene una cuenta")
            .says("Alguien, probablemente usted, intentó registrarse en Parley con esta dirección. Ya existe una cuenta con ella, así que no se ha cambiado nada.")
            .says("Inicie sesión con ella. Si ya no recuerda la contraseña, allí puede pedir una nueva.")
            .leads("Iniciar sesión")
            .notes("Si no intentó registrarse, no tiene que hacer nada."),
        Kind::ResetPassword { .. } => mail("Elija una contraseña nueva")
            .says("Alguien, probablemente usted, pidió una contraseña nueva para su cuenta.")
            .leads(NEW_PASSWORD)
            .notes("Si no la pidió usted, ignore este correo. Su contraseña sigue igual."),
        Kind::PasswordChanged { .. } => mail("Se ha cambiado su contraseña")
            .says("Se ha cambiado la contraseña de su cuenta.")
            .says("Si fue usted, no tiene que hacer nada. Si no, elija de inmediato una contraseña nueva.")
            .leads(NEW_PASSWORD),
        Kind::EmailChangeOld { new_address, .. } => mail("¿Va a cambiar su dirección de correo?")
            .says(format!("Su cuenta está a punto de pasar de esta dirección a {new_address}."))
            .says("Si lo pidió usted, confírmelo. Si no, rechácelo y elija una contraseña nueva.")
            .leads("Confirmar o rechazar"),
        Kind::EmailChangeNew { .. } => mail("Confirme su nueva dirección de correo")
            .says("Confirme que esta dirección es suya y su cuenta pasará a ella.")
            .leads("Confirmar la dirección")
            .notes("Si no lo pidió usted, ignore este correo. Sin el enlace no ocurre nada."),
        Kind::EmailChanged { new_address, .. } => mail("Se ha cambiado su dirección de correo")
            .says(format!("La dirección de su cuenta es ahora {new_address}. Úsela para iniciar sesión."))
            .leads(SECURITY)
            .notes(IF_NOT_YOU),
        Kind::EmailChangeRefused { new_address, .. } => mail("Su dirección de correo sigue igual")
            .says(format!("Se ha rechazado el cambio de la dirección de su cuenta a {new_address}. No ha cambiado nada."))
            .says("Quien pidió el cambio había iniciado sesión en su cuenta. Si no fue usted, elija de inmediato una contraseña nueva.")
            .leads(NEW_PASSWORD),
        Kind::NewDevice { .. } => mail("Inicio de sesión en un dispositivo nuevo")
            .says("Su cuenta se ha usado en un dispositivo que no habíamos visto antes.")
            .leads(SECURITY)
            .notes("Si fue usted, no tiene que hacer nada.")
            .notes(IF_NOT_YOU),
        Kind::SecondFactorChanged { change, .. } => second_factor(*change).leads(SECURITY).notes(IF_NOT_YOU),
        Kind::PasskeyChanged { change, passkey, .. } => {
            let said = match change {
                PasskeyChange::Added => mail("Se ha añadido una llave de acceso")
                    .says(format!("Se ha añadido a su cuenta la llave de acceso «{passkey}». Con ella se inicia sesión sin contraseña.")),
                PasskeyChange::Removed => mail("Se ha quitado una llave de acceso")
                    .says(format!("Se ha quitado de su cuenta la llave de acceso «{passkey}». Ya no sirve para iniciar sesión.")),
            };
            said.leads(SECURITY).notes(IF_NOT_YOU)
        }
        Kind::RecoveryCodes { what, .. } => recovery_codes(*what).leads(SECURITY).notes(IF_NOT_YOU),
        Kind::Invitation { inviter, workspace, .. } => mail(format!("{inviter} le invita a {workspace}"))
            .says(format!("{inviter} le invita a trabajar en {workspace} con Parley, donde el equipo responde en conjunto a sus clientes."))
            .leads("Ver la invitación")
            .notes("Si no sabe quién es, ignore este correo. Sin el enlace no ocurre nada."),
        Kind::InvitationAccepted { member, workspace, .. } => mail(format!("{member} se ha unido a {workspace}"))
            .says(format!("{member} ha aceptado su invitación y ya es miembro de {workspace}."))
            .leads(TEAM),
        Kind::OwnershipOffered { owner, workspace, .. } => mail(format!("{owner} quiere traspasarle {workspace}"))
            .says(format!("{owner} quiere que {workspace} pase a ser de usted. A quien pertenece el espacio de trabajo le corresponde decidir sobre sus miembros, el pago y su final."))
            .leads("Decidir")
            .notes(format!("Encontrará la oferta en su perfil mientras tenga abierto {workspace}. Si no hace nada, todo sigue igual.")),
        Kind::SingleSignOnLinked { workspace, joined: true, .. } => mail(format!("Ahora es miembro de {workspace}"))
            .says(format!("Alguien, probablemente usted, llegó a {workspace} a través de su propio servicio de acceso, que responde por la dirección de usted. Desde ahora es miembro. Ese servicio puede abrirle {workspace} y nada más de lo suyo."))
            .leads(SECURITY)
            .notes(format!("Si no fue usted, avise a quien dirige {workspace} o abandónelo desde su perfil. Su contraseña y sus otros espacios de trabajo no se ven afectados.")),
        Kind::SingleSignOnLinked { workspace, joined: false, .. } => mail(format!("Puede entrar en {workspace} a través de su organización"))
            .says(format!("Alguien, probablemente usted, inició sesión en {workspace} a través de su propio servicio de acceso. Desde ahora ese servicio puede abrirle {workspace} y nada más de lo suyo."))
            .leads(SECURITY)
            .notes(format!("Si no fue usted, avise a quien dirige {workspace}. Su contraseña y sus otros espacios de trabajo no se ven afectados.")),
        Kind::Deactivated { workspace, .. } => mail(format!("Su acceso a {workspace} ha terminado"))
            .says(format!("Alguien de la administración ha puesto fin a su participación en {workspace}. Ya no puede abrirlo; sus otros espacios de trabajo no se ven afectados."))
            .says("Si cree que es un error, pregunte a quien dirige el espacio de trabajo."),
        Kind::Reactivated { workspace, .. } => mail(format!("Ha vuelto a {workspace}"))
            .says(format!("Alguien de la administración de {workspace} le ha readmitido. Puede volver a abrirlo con la función que tenía."))
            .leads(INBOX)
            .notes("Si no lo desea, abandone el espacio de trabajo desde su perfil."),
        Kind::SignedOut { workspace, .. } => mail(format!("Se ha cerrado su sesión en {workspace}"))
            .says(format!("Alguien de la administración de {workspace} ha cerrado todas las sesiones que usted tenía abiertas allí. Sigue siendo miembro: inicie sesión de nuevo para continuar."))
            .leads(SECURITY)
            .notes("Esto se hace cuando se ha perdido un dispositivo o alguien más puede haber usado su cuenta. Si no sabe por qué, pregunte a quien dirige el espacio de trabajo y elija una contraseña nueva."),
        Kind::ApiKeyMade { key, maker, workspace, .. } => {
            let maker = maker.as_deref().unwrap_or("El operador");
            mail(format!("Una nueva clave de API para {workspace}"))
                .says(format!("{maker} ha creado la clave de API «{key}». Quien la tenga accede desde fuera a datos de {workspace}."))
                .leads("Ver las claves de API")
                .notes("Si nadie necesita esta clave, revóquela en esa página. Dejará de funcionar de inmediato.")
        }
        Kind::PowerGiven { member, power: Power::Admin, giver, workspace, .. } => mail(format!("{member} administra ahora {workspace}"))
            .says(format!("{giver} ha confiado a {member} la administración de {workspace}. Quien administra decide sobre los miembros, los canales y la seguridad."))
            .leads(TEAM)
            .notes(IF_NOT_MEANT),
        Kind::PowerGiven { member, power: Power::Owner, giver, workspace, .. } => mail(format!("{workspace} pertenece ahora a {member}"))
            .says(format!("{giver} ha traspasado {workspace} a {member}. A quien pertenece el espacio de trabajo le corresponde decidir sobre sus miembros, el pago y su final."))
            .leads(TEAM)
            .notes(IF_NOT_MEANT),
        Kind::MasterKeyRotated { .. } => mail("Se ha sustituido la clave maestra")
            .says("Quien opera esta instalación de Parley ha sustituido la clave que protege todos los secretos guardados. Para usted y su equipo no cambia nada.")
            .notes("Si nadie le avisó de esto, pregunte a quien opera la instalación."),
        Kind::Waiting { workspace, count, .. } => {
            let (subject, waits) = match count {
                1 => ("1 mensaje sin responder".to_owned(), "le espera el mensaje de un cliente".to_owned()),
                count => (format!("{count} mensajes sin responder"), format!("le esperan {count} mensajes de clientes")),
            };
            mail(subject)
                .says(format!("En {workspace} {waits}, y nadie ha leído lo nuevo."))
                .leads(INBOX)
                .notes("Usted decide sobre qué le escribimos, al cabo de cuánto tiempo y cuándo quiere tranquilidad.")
                .ends("Cambiar los avisos")
        }
    }
}

fn second_factor(change: SecondFactorChange) -> Said {
    match change {
        SecondFactorChange::TurnedOn => mail("El inicio de sesión en dos pasos está activado")
            .says("Desde ahora, para iniciar sesión hace falta, además de la contraseña, un código de su aplicación de autenticación."),
        SecondFactorChange::TurnedOff => mail("El inicio de sesión en dos pasos está desactivado")
            .says("Para iniciar sesión en su cuenta ya no hace falta un código de una aplicación de autenticación."),
        SecondFactorChange::Replaced => mail("Se ha sustituido su aplicación de autenticación")
            .says("Los códigos vienen ahora de otra aplicación de autenticación. Los de la anterior ya no funcionan."),
    }
}

fn recovery_codes(what: RecoveryCodes) -> Said {
    match what {
        RecoveryCodes::Made => mail("Se han creado códigos de recuperación nuevos")
            .says("Se han creado códigos de recuperación nuevos para su cuenta. Los anteriores ya no funcionan."),
        RecoveryCodes::Used { left } => {
            let left = match left {
                0 => "No queda ninguno: cree otros antes de necesitarlos.".to_owned(),
                1 => "Queda uno: cree otros pronto.".to_owned(),
                left => format!("Quedan {left}."),
            };
            mail("Se ha usado un código de recuperación")
                .says(format!("Alguien inició sesión en su cuenta con uno de sus códigos de recuperación. {left}"))
        }
    }
}
