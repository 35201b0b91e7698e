// What people of other languages say of shops, machines and offices: kinds of
// states, as words_trades.cc has them for English.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr auto kAskPeople = Strategy::kEscalation;

constexpr P kNoMore[] = {
    // German.
    "(kein|keine|keinen) .. (mehr|frei|freie|freier|verfügbar|übrig|vorrätig)",
    "(ausverkauft|ausgebucht|vergriffen|überbucht|aufgebraucht|erschöpft)",
    "nicht (mehr|) (vorrätig|lieferbar|auf lager)",
    "(nicht genug|zu wenig|zu wenige|nicht genügend)",
    // French.
    "(plus de|plus aucun|plus aucune|pas assez de|rupture de stock)",
    "(complet|complète|épuisé|épuisée|épuisés)",
    // Spanish, Portuguese, Italian.
    "no (quedan|queda|hay) (más|plazas|sitio|existencias|stock|entradas)",
    "(agotado|agotada|agotados|sin existencias|sin stock|completo)",
    "(esgotado|esgotada|sem estoque|não há mais|acabou)",
    "(esaurito|esaurita|esauriti|non ha più|non ci sono più|al completo)",
    "(fuori stock|posti esauriti|non abbastanza)",
    "(nie ma już|nie ma więcej)",
    // Dutch, Polish, Swedish, Turkish, Russian.
    "(uitverkocht|volgeboekt|niet op voorraad|geen .. meer)",
    "(wyprzedane|brak miejsc|brak towaru|zabrakło)",
    "(slutsåld|fullbokad|slut i lager)",
    "(stokta yok|tükendi|dolu|yer yok)",
    "(нет в наличии|закончился|закончилась|закончились|нет мест|распродано)",
};

constexpr P kShut[] = {
    "(geschlossen|macht pause|bitte warten|gleich zurück|in wartung)",
    "(verspätung|verzögert|verschoben|vorübergehend|zurzeit|momentan)",
    "wird gerade (gewartet|repariert|gereinigt|übergeben|geladen|gestartet)",
    "(fermé|fermée|veuillez patienter|en maintenance|retardé|en retard)",
    "(cerrado|cerrada|por favor espere|en mantenimiento|retrasado|demorado)",
    "(fechado|fechada|aguarde|em manutenção|atrasado)",
    "(chiuso|chiusa|attendere|in manutenzione|in ritardo)",
    "(gesloten|even geduld|in onderhoud|vertraagd|vertraging)",
    "(zamknięte|zamknięty|proszę czekać|opóźniony|przerwa techniczna)",
    "(stängt|vänligen vänta|försenad)",
    "(kapalı|lütfen bekleyin|bakımda)",
    "(закрыто|закрыт|подождите|на обслуживании|задерживается|перерыв)",
};

constexpr P kOutOfOrder[] = {
    "außer betrieb",
    "(startet|öffnet|schließt|druckt|dreht|bewegt) .. nicht",
    "(ne démarre|ne s'ouvre|ne fonctionne|ne marche) (pas|plus)",
    "(no arranca|no se abre|no funciona|no enciende|não liga|não funciona)",
    "(non parte|non si apre|non funziona|soppresso|soppressa|suprimido|"
    "supprimé|supprimée|suprimida)",
    "(не заводится|не открывается|не включается|не запускается|отменили)",
    "(start niet|gaat niet open|werkt niet|nie działa|nie otwiera|zamknięte na "
    "klucz|fungerar inte|çalışmıyor|açılmıyor)",
    "(defekt|kaputt|gestört|störung|ausgefallen|klemmt|verklemmt|undicht|"
    "gerissen|gebrochen|blockiert)",
    "(fällt|fallen|fiel) .. aus",
    "(fehlt|fehlen|fehlte|fehlend|fehlende)",
    "(abgelehnt|verweigert|nicht genehmigt|nicht erlaubt|storniert|abgesagt)",
    "(en panne|hors service|cassé|cassée|bloqué|bloquée|coincé)",
    "(refusé|refusée|refuse|manque|manquant|manquante|annulé|annulée)",
    "(averiado|averiada|roto|rota|atascado|atascada|fuera de servicio)",
    "(rechazado|rechazada|rechaza|no acepta|falta|faltan|cancelado|anulado)",
    "(quebrado|avariado|enguiçado|fora de serviço|recusado|recusada|não "
    "aceita)",
    "(guasto|guasta|rotto|rotta|bloccato|bloccata|fuori servizio)",
    "(rifiutato|rifiutata|rifiuta|non accetta|manca|mancano|annullato)",
    "(stuk|kapot|defect|buiten werking|geweigerd|ontbreekt|geannuleerd)",
    "(zepsuty|zepsuta|awaria|nieczynny|nieczynna|odrzucony|odmowa|anulowany)",
    "(trasig|ur funktion|saknas|avvisad|inställd)",
    "(bozuk|arızalı|reddedildi|eksik|iptal edildi)",
    "(сломан|сломана|сломался|не работает|неисправен|неисправна|отказ)",
    "(отклонено|отклонена|отказано|отменен|отменён|отменено|не хватает)",
};

constexpr P kNotValid[] = {
    "(nicht mehr|nicht) gültig",
    "(abgelaufen|verfallen|entzogen|gesperrte karte)",
    "n'est (plus|pas) (valable|valide|autorisé|autorisée)",
    "(expiré|expirée|périmé|périmée)",
    "(ya no|no) (es|está) (válido|válida|vigente|autorizado|autorizada)",
    "(caducado|caducada|vencido|vencida)",
    "(vencido|expirado|não é mais válido|não autorizado)",
    "(scaduto|scaduta|non è più valido|non è più valida|non riconosce)",
    "(verlopen|niet meer geldig|niet bevoegd|niet toegestaan)",
    "(nieważny|nieważna|wygasł|wygasła|nie ma uprawnień)",
    "(utgånget|inte giltig|ej behörig)",
    "(geçersiz kart|süresi doldu|yetkiniz yok)",
    "(просрочен|просрочена|недействителен|недействительна|истек срок|нет "
    "допуска)",
};

constexpr P kNoReply[] = {
    "(antwortet|meldet sich|reagiert) .. nicht",
    "keine (antwort|reaktion|rückmeldung)",
    "(ne répond|ne répondent) (pas|plus)",
    "(pas|aucune) (de|) réponse",
    "(no responde|no contesta|sin respuesta|nadie contesta)",
    "(não responde|não atende|sem resposta)",
    "(non risponde|nessuna risposta|nessuno risponde)",
    "(antwoordt niet|reageert niet|geen antwoord|neemt niet op)",
    "(nie odpowiada|brak odpowiedzi|trwało zbyt długo)",
    "(svarar inte|inget svar)",
    "(cevap vermiyor|yanıt yok|yanıt vermiyor)",
    "(não chegou|no ha llegado|n'est pas arrivé|non è arrivato)",
    "(не отвечает|нет ответа|не дождались|слишком долго)",
};

constexpr P kNoLine[] = {
    "(kein|keinen) (empfang|netz|signal)",
    "keine (verbindung|leitung)",
    "(pas de|plus de|aucun) (signal|réseau|réception)",
    "(sin señal|sin cobertura|sem sinal|sem rede|nessun segnale|geen bereik|"
    "geen verbinding|brak zasięgu|brak sygnału|ingen täckning|sinyal yok)",
    "нет (связи|сигнала|сети)",
};

constexpr P kFillIn[] = {
    "(unvollständig|unleserlich|falsch ausgefüllt|incomplet|mal rempli|"
    "incompleto|incompleta|onvolledig|niekompletny|ofullständig|eksik bilgi)",
    "(неполный|неполная|заполнено неверно)",
};

constexpr P kTooBig[] = {
    "zu (groß|lang|schwer|hoch|breit|viel|viele)",
    "trop (grand|grande|gros|long|longue|lourd|volumineux)",
    "demasiado (grande|largo|larga|pesado|alto)",
    "(grande|longo|pesado) demais",
    "troppo (grande|lungo|lunga|pesante)",
    "te (groot|lang|zwaar)",
    "za (duży|duża|długi|ciężki)",
    "слишком (большой|большая|длинный|тяжелый|тяжёлый)",
    "(no acepta|non accetta|n'accepte pas) .. (más de|più di|plus de) #",
};

constexpr Wordings kTable[] = {
    {Says(kResource, 3.4).First(kAskPeople), kNoMore},
    {Says(kTransient, 3.1).First(kAskPeople).With(Meaning::kRetryIsVain),
     kShut},
    {Says(kPermanent, 3.2).First(kAskPeople), kOutOfOrder},
    {Says(kAuthentication, 3.5).First(kAskPeople), kNotValid},
    {Says(kTimeout, 3.6), kNoReply},
    {Says(kConnection, 3.5), kNoLine},
    {Says(kPermanent, 3.2).First(Strategy::kErrorCorrection), kFillIn},
    {Says(kPermanent, 4).First(Strategy::kGracefulDegradation), kTooBig},
};

// Without blanks, found as they stand.
constexpr P kNoMoreSigns[] = {
    "在庫がありま", "在庫切れ", "売り切れ", "満席",     "満室",
    "缺货",         "没有库存", "库存不足", "已售罄",   "客满",
    "已满",         "缺纸",     "不足",     "用完",     "품절",
    "재고가 없",    "매진",     "만석",     "用紙切れ", "用紙がありま"};
constexpr P kShutSigns[] = {
    "休業",     "休館",        "営業時間外", "お待ちください", "準備中",
    "暂停营业", "请稍候",      "请稍等",     "休息中",         "延误",
    "遅れ",     "잠시만 기다", "휴업",       "준비 중"};
constexpr P kOutOfOrderSigns[] = {
    "拒绝", "被拒",   "缺少", "故障", "坏了", "取消", "未通过", "却下",
    "拒否", "故障中", "壊れ", "中止", "거부", "고장", "취소",   "누락"};
constexpr P kExpiredSigns[] = {"过期",     "已失效",         "有効期限",
                               "期限切れ", "パスワードが違", "密码不正确",
                               "만료",     "비밀번호가"};
constexpr P kNoReplySigns[] = {"没有回应",  "没有响应",         "无人接听",
                               "未响应",    "応答がありません", "応答なし",
                               "응답이 없", "응답 없"};
constexpr P kTwiceSigns[] = {"予約が重複", "重复预订", "중복 예약"};

constexpr Wordings kSigns[] = {
    {Says(kResource, 3.4).First(kAskPeople), kNoMoreSigns},
    {Says(kTransient, 3.1).First(kAskPeople).With(Meaning::kRetryIsVain),
     kShutSigns},
    {Says(kPermanent, 3.2).First(kAskPeople), kOutOfOrderSigns},
    {Says(kAuthentication, 3.5).First(kAskPeople), kExpiredSigns},
    {Says(kTimeout, 4), kNoReplySigns},
    {Says(kConcurrency, 5).First(kAskPeople).With(Meaning::kRetryIsVain),
     kTwiceSigns},
};

}  // namespace

absl::Span<const Wordings> LanguageWordings() { return kTable; }

absl::Span<const Wordings> LanguageSigns() { return kSigns; }

}  // namespace recourse
