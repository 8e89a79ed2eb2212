//! Portuguese as Brazil writes it. «Você».

use super::super::{Kind, PasskeyChange, Power, RecoveryCodes, SecondFactorChange};
use super::{Frame, Said, mail};

pub(super) const FRAME: Frame = Frame {
    copy_link: "Se o botão não funcionar, copie este endereço no seu navegador:",
    footer: "O Parley enviou este e-mail automaticamente. As respostas não são lidas.",
    colon: ":",
    hello: |name| format!("Olá, {name}!"),
    hello_stranger: "Olá!",
    works_until: |moment| format!("O link funciona até {moment}."),
    when: "Quando",
    device: "Aparelho",
    on: "no",
    unknown_device: "Aparelho desconhecido",
    months: [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    moment: |day, month, year, time| match day {
        1 => format!("1º de {month} de {year} às {time} UTC"),
        day => format!("{day} de {month} de {year} às {time} UTC"),
    },
    says,
};

const SECURITY: &str = "Configurações de segurança";
const NEW_PASSWORD: &str = "Escolher uma nova senha";
const TEAM: &str = "Ver a equipe";
const INBOX: &str = "Abrir a caixa de entrada";
const IF_NOT_YOU: &str = "Se não foi você, veja agora mesmo as suas configurações de segurança: encerre a sessão nos aparelhos que não conhece e escolha uma nova senha.";
const IF_NOT_MEANT: &str =
    "Se isso não deveria ser assim, mude nessa página ou pergunte a quem dirige o espaço de trabalho.";

fn says(kind: &Kind) -> Said {
    match kind {
        Kind::VerifyEmail { .. } => mail("Confirme o seu endereço de e-mail")
            .says("Boas-vindas ao Parley! Confirme que este endereço é seu, e a sua conta estará pronta.")
            .leads("Confirmar o endereço")
            .notes("Se você não se cadastrou, ignore este e-mail. Sem o link nada acontece."),
        Kind::AlreadyRegistered { .. } => mail("Você já tem uma conta")
            .says("Alguém, provavelmente você, tentou se cadastrar no Parley com este endereço. Já existe uma conta com ele, por isso nada foi mudado.")
            .says("Entre com ela. Se você não lembra mais a senha, pode pedir uma nova por lá.")
            .leads("Entrar")
            .notes("Se você não tentou se cadastrar, não precisa fazer nada."),
        Kind::ResetPassword { .. } => mail("Escolha uma nova senha")
            .says("Alguém, provavelmente você, pediu uma nova senha para a sua conta.")
            .leads(NEW_PASSWORD)
            .notes("Se não foi você, ignore este e-mail. A sua senha continua a mesma."),
        Kind::PasswordChanged { .. } => mail("A sua senha foi alterada")
            .says("A senha da sua conta foi alterada.")
            .says("Se foi você, não precisa fazer nada. Se não foi, escolha uma nova senha agora mesmo.")
            .leads(NEW_PASSWORD),
        Kind::EmailChangeOld { new_address, .. } => mail("O seu endereço de e-mail vai mudar?")
            .says(format!("A sua conta está prestes a passar deste endereço para {new_address}."))
            .says("Se foi você quem pediu, confirme. Se não foi, recuse e escolha uma nova senha.")
            .leads("Confirmar ou recusar"),
        Kind::EmailChangeNew { .. } => mail("Confirme o seu novo endereço de e-mail")
            .says("Confirme que este endereço é seu, e a sua conta passará para ele.")
            .leads("Confirmar o endereço")
            .notes("Se não foi você quem pediu, ignore este e-mail. Sem o link nada acontece."),
        Kind::EmailChanged { new_address, .. } => mail("O seu endereço de e-mail foi alterado")
            .says(format!("O endereço da sua conta agora é {new_address}. Use-o para entrar."))
            .leads(SECURITY)
            .notes(IF_NOT_YOU),
        Kind::EmailChangeRefused { new_address, .. } => mail("O seu endereço de e-mail continua o mesmo")
            .says(format!("A mudança do endereço da sua conta para {new_address} foi recusada. Nada mudou."))
            .says("Quem pediu a mudança estava na sua conta. Se não foi você, escolha uma nova senha agora mesmo.")
            .leads(NEW_PASSWORD),
        Kind::NewDevice { .. } => mail("Um novo aparelho entrou na sua conta")
            .says("A sua conta foi usada em um aparelho que ainda não conhecíamos.")
            .leads(SECURITY)
            .notes("Se foi você, não precisa fazer nada.")
            .notes(IF_NOT_YOU),
        Kind::SecondFactorChanged { change, .. } => second_factor(*change).leads(SECURITY).notes(IF_NOT_YOU),
        Kind::PasskeyChanged { change, passkey, .. } => {
            let said = match change {
                PasskeyChange::Added => mail("Uma chave de acesso foi adicionada")
                    .says(format!("A chave de acesso “{passkey}” foi adicionada à sua conta. Com ela se entra sem senha.")),
                PasskeyChange::Removed => mail("Uma chave de acesso foi removida")
                    .says(format!("A chave de acesso “{passkey}” foi removida da sua conta. Com ela não se entra mais.")),
            };
            said.leads(SECURITY).notes(IF_NOT_YOU)
        }
        Kind::RecoveryCodes { what, .. } => recovery_codes(*what).leads(SECURITY).notes(IF_NOT_YOU),
        Kind::Invitation { inviter, workspace, .. } => mail(format!("{inviter} convida você para {workspace}"))
            .says(format!("{inviter} convida você para trabalhar em {workspace} com o Parley, onde a equipe responde aos seus clientes em conjunto."))
            .leads("Ver o convite")
            .notes("Se você não sabe quem é, ignore este e-mail. Sem o link nada acontece."),
        Kind::InvitationAccepted { member, workspace, .. } => mail(format!("{member} agora está em {workspace}"))
            .says(format!("{member} aceitou o seu convite e agora é membro de {workspace}."))
            .leads(TEAM),
        Kind::OwnershipOffered { owner, workspace, .. } => mail(format!("{owner} quer passar {workspace} para você"))
            .says(format!("{owner} quer que {workspace} passe a ser seu. A quem pertence o espaço de trabalho cabe decidir sobre os membros, o pagamento e o fim dele."))
            .leads("Decidir")
            .notes(format!("Você encontra a oferta no seu perfil enquanto {workspace} estiver aberto. Se não fizer nada, tudo continua como está.")),
        Kind::SingleSignOnLinked { workspace, joined: true, .. } => mail(format!("Agora você é membro de {workspace}"))
            .says(format!("Alguém, provavelmente você, chegou a {workspace} pelo serviço de acesso próprio de lá, que responde pelo seu endereço. A partir de agora você é membro. Esse serviço pode abrir {workspace} para você, e mais nada do que é seu."))
            .leads(SECURITY)
            .notes(format!("Se não foi você, avise quem dirige {workspace} ou saia de lá pelo seu perfil. A sua senha e os seus outros espaços de trabalho não são afetados.")),
        Kind::SingleSignOnLinked { workspace, joined: false, .. } => mail(format!("Você pode entrar em {workspace} pela sua organização"))
            .says(format!("Alguém, provavelmente você, entrou em {workspace} pelo serviço de acesso próprio de lá. A partir de agora ele pode abrir {workspace} para você, e mais nada do que é seu."))
            .leads(SECURITY)
            .notes(format!("Se não foi você, avise quem dirige {workspace}. A sua senha e os seus outros espaços de trabalho não são afetados.")),
        Kind::Deactivated { workspace, .. } => mail(format!("O seu acesso a {workspace} terminou"))
            .says(format!("Alguém da administração encerrou a sua participação em {workspace}. Você não pode mais abri-lo; os seus outros espaços de trabalho não são afetados."))
            .says("Se você acha que é um engano, pergunte a quem dirige o espaço de trabalho."),
        Kind::Reactivated { workspace, .. } => mail(format!("Você está de volta em {workspace}"))
            .says(format!("Alguém da administração de {workspace} trouxe você de volta. Você pode abri-lo de novo, com a função que tinha."))
            .leads(INBOX)
            .notes("Se você não quiser isso, saia do espaço de trabalho pelo seu perfil."),
        Kind::SignedOut { workspace, .. } => mail(format!("A sua sessão em {workspace} foi encerrada"))
            .says(format!("Alguém da administração de {workspace} encerrou todas as sessões que você tinha abertas lá. Você continua sendo membro: entre de novo para continuar."))
            .leads(SECURITY)
            .notes("Isso é feito quando um aparelho foi perdido ou quando outra pessoa pode ter usado a sua conta. Se você não sabe o motivo, pergunte a quem dirige o espaço de trabalho e escolha uma nova senha."),
        Kind::ApiKeyMade { key, maker, workspace, .. } => {
            let maker = maker.as_deref().unwrap_or("O operador");
            mail(format!("Uma nova chave de API para {workspace}"))
                .says(format!("{maker} criou a chave de API “{key}”. Quem a tem alcança de fora os dados de {workspace}."))
                .leads("Ver as chaves de API")
                .notes("Se ninguém precisa desta chave, revogue-a nessa página. Ela deixa de funcionar na hora.")
        }
        Kind::PowerGiven { member, power: Power::Admin, giver, workspace, .. } => mail(format!("{member} agora administra {workspace}"))
            .says(format!("{giver} confiou a {member} a administração de {workspace}. Quem administra decide sobre membros, canais e segurança."))
            .leads(TEAM)
            .notes(IF_NOT_MEANT),
        Kind::PowerGiven { member, power: Power::Owner, giver, workspace, .. } => mail(format!("{workspace} agora pertence a {member}"))
            .says(format!("{giver} passou {workspace} para {member}. A quem pertence o espaço de trabalho cabe decidir sobre os membros, o pagamento e o fim dele."))
            .leads(TEAM)
            .notes(IF_NOT_MEANT),
        Kind::MasterKeyRotated { .. } => mail("A chave mestra foi substituída")
            .says("Quem opera esta instalação do Parley substituiu a chave que protege todos os segredos guardados. Para você e a sua equipe nada muda.")
            .notes("Se ninguém avisou você disso, pergunte a quem opera a instalação."),
        Kind::Waiting { workspace, count, .. } => {
            let (subject, waits) = match count {
                1 => ("1 mensagem sem resposta espera".to_owned(), "a mensagem de um cliente espera por você".to_owned()),
                count => {
                    (format!("{count} mensagens sem resposta esperam"), format!("{count} mensagens de clientes esperam por você"))
                }
            };
            mail(subject)
                .says(format!("Em {workspace}, {waits}, e ninguém leu o que há de novo."))
                .leads(INBOX)
                .notes("Você escolhe sobre o que escrevemos, depois de quanto tempo e quando quer sossego.")
                .ends("Mudar os avisos")
        }
    }
}

fn second_factor(change: SecondFactorChange) -> Said {
    match change {
        SecondFactorChange::TurnedOn => mail("A entrada em duas etapas está ativada")
            .says("A partir de agora, para entrar é preciso, além da senha, um código do seu aplicativo autenticador."),
        SecondFactorChange::TurnedOff => mail("A entrada em duas etapas está desativada")
            .says("Para entrar na sua conta não é mais preciso um código de um aplicativo autenticador."),
        SecondFactorChange::Replaced => mail("O seu aplicativo autenticador foi substituído")
            .says("Os códigos agora vêm de outro aplicativo autenticador. Os do anterior não funcionam mais."),
    }
}

fn recovery_codes(what: RecoveryCodes) -> Said {
    match what {
        RecoveryCodes::Made => mail("Novos códigos de recuperação foram criados")
            .says("Novos códigos de recuperação foram criados para a sua conta. Os antigos não funcionam mais."),
        RecoveryCodes::Used { left } => {
            let left = match left {
                0 => "Não resta nenhum: crie novos antes de precisar.".to_owned(),
                1 => "Resta um: crie novos em breve.".to_owned(),
                left => format!("Restam {left}."),
            };
            mail("Um código de recuperação foi usado")
                .says(format!("Alguém entrou na sua conta com um dos códigos de recuperação dela. {left}"))
        }
    }
}
