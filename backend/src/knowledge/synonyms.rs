//! Words that mean the same to a support desk, by language: visitors rarely use an article's own.

/// Each language and its groups. All words of a group count as the first of it.
const GROUPS: [(&str, &[&str]); 8] = [
    (
        "en",
        &[
            "damaged broken cracked shattered smashed",
            "parcel package packet",
            "declined rejected refused",
            "invoice bill",
            "login log logon sign signin",
            "delete erase",
            "mail email",
            "name surname",
            "discount coupon promo promotion",
            "warranty guarantee",
            "available stock availability",
            "lost disappeared vanished",
            "courier postman mailman carrier",
            "wrong incorrect",
            "exchange swap",
            "cost price",
            "abroad overseas international",
            "buy purchase",
            "wash clean dry dryer laundry",
        ],
    ),
    (
        "de",
        &[
            "beschädigt kaputt defekt zerbrochen",
            "paket päckchen sendung",
            "rechnung beleg quittung",
            "lieferung versand zustellung",
            "stornieren kündigen widerrufen",
            "löschen entfernen",
            "mail email",
            "gutschein rabattcode rabatt",
            "garantie gewährleistung",
        ],
    ),
    (
        "es",
        &[
            "dañado roto defectuoso",
            "paquete bulto",
            "factura recibo",
            "envío entrega",
            "cancelar anular",
            "correo email",
            "reembolso devolución",
        ],
    ),
    (
        "fr",
        &[
            "endommagé cassé abîmé défectueux",
            "colis paquet",
            "facture reçu",
            "livraison expédition envoi",
            "annuler résilier",
            "mail email courriel",
        ],
    ),
    (
        "it",
        &[
            "danneggiato rotto difettoso",
            "pacco collo",
            "fattura ricevuta",
            "spedizione consegna",
            "annullare disdire",
            "mail email",
        ],
    ),
    (
        "nl",
        &[
            "beschadigd kapot defect stuk",
            "pakket pakje",
            "factuur rekening",
            "bezorging levering verzending",
            "annuleren opzeggen",
            "mail email",
        ],
    ),
    (
        "pl",
        &[
            "uszkodzony zepsuty rozbity",
            "paczka przesyłka",
            "faktura rachunek",
            "dostawa wysyłka",
            "mail email",
        ],
    ),
    (
        "pt",
        &[
            "danificado partido quebrado",
            "encomenda pacote",
            "fatura recibo",
            "entrega envio",
            "cancelar anular",
            "mail email",
        ],
    ),
];

/// The groups of a language; none for one that is not known here.
pub(super) fn groups(language: &str) -> &'static [&'static str] {
    GROUPS.iter().find(|(known, _)| *known == language).map_or(&[], |(_, groups)| groups)
}
