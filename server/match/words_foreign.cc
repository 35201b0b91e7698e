// The commonest failures in other languages.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr auto kAskPeople = Strategy::kEscalation;

constexpr P kTimeOver[] = {
    "(tijdslimiet|wachttijd) .. (verstreken|overschreden)",
    "tempo scaduto",
    "tempo limite excedido",
    "časový limit",
    "zeitüberschreitung",
    "(zeitlimit|zeitspanne) .. (überschritten|erreicht|abgelaufen)",
    "délai .. (dépassé|expiré|écoulé)",
    "temps d'attente .. (dépassé|écoulé)",
    "(tiempo|tempo) (de espera|limite|límite) .. "
    "(agotado|excedido|esgotado|superado)",
    "(se agotó el tiempo|tiempo agotado|tempo esgotado|tempo scaduto)",
    "превышено время ожидания",
    "(время|срок|лимит) .. (истекло|истек|превышено|превышен)",
    "истекло время",
    "превышен (интервал ожидания|тайм аут|таймаут|лимит времени)",
    "(таймаут|тайм аут)",
    "przekroczono (limit czasu|czas)",
    "zaman aşımı",
};

constexpr P kRefused[] = {
    "(verbinding|anslutningen|spojení|bağlantı) .. "
    "(geweigerd|nekades|odmítnuto|reddedildi)",
    "(verbindung|verbindungsaufbau|verbindungsversuch) .. "
    "(verweigert|abgelehnt)",
    "connexion refusée",
    "(conexión|conexão) (rechazada|denegada|rehusada|recusada|negada)",
    "connessione rifiutata",
    "(соединение|подключение) .. (отклонено|отвергнуто)",
    "в соединении отказано",
    "odmowa połączenia",
};

constexpr P kBroken[] = {
    "verbindung .. "
    "(getrennt|unterbrochen|geschlossen|beendet|zurückgesetzt|verloren|"
    "abgebrochen)",
    "(keine verbindung|verbindungsfehler|verbindung fehlgeschlagen)",
    "(netzwerk|host|server) nicht erreichbar",
    "keine route zum",
    "connexion .. "
    "(perdue|interrompue|fermée|réinitialisée|coupée|échouée|impossible)",
    "impossible de .. (connecter|joindre|se connecter)",
    "(conexión|conexão|conexion) .. "
    "(cerrada|perdida|reiniciada|restablecida|fechada|encerrada|redefinida|"
    "interrumpida|interrompida|falló|falhou)",
    "(no se pudo|não foi possível|no se puede) conectar",
    "connessione .. (chiusa|persa|interrotta|fallita)",
    "(соединение|подключение|связь) .. "
    "(разорвано|разорвана|сброшено|закрыто|потеряно|прервано|потеряна)",
    "(не удалось|невозможно) (подключиться|соединиться|установить)",
    "(erreur réseau|netzwerkfehler|error de red|erro de rede|ошибка сети)",
};

constexpr P kRights[] = {
    "brak uprawnień",
    "(toegang|toestemming) geweigerd",
    "åtkomst nekad",
    "přístup odepřen",
    "permesso negato",
    "izin reddedildi",
    "niet gemachtigd",
    "zugriff (wurde|) verweigert",
    "zugriff .. verweigert",
    "(keine|fehlende|unzureichende|nicht genügend) "
    "(berechtigung|berechtigungen|rechte|zugriffsrechte)",
    "nicht (berechtigt|autorisiert|erlaubt)",
    "(anmeldung|authentifizierung|authentisierung) .. "
    "(fehlgeschlagen|gescheitert|ungültig)",
    "(passwort|kennwort) .. (falsch|ungültig|abgelaufen)",
    "permission (non accordée|refusée)",
    "(accès|autorisation) .. (refusé|refusée|interdit|non autorisé)",
    "(mot de passe|identifiants) .. "
    "(incorrect|incorrects|invalide|invalides|erroné)",
    "(authentification|connexion) .. (échoué|échouée)",
    "(permiso|permisos|acceso) .. (denegado|denegados|insuficientes)",
    "(permissão|acesso) .. (negada|negado|insuficiente)",
    "(contraseña|senha) .. (incorrecta|incorreta|inválida|incorrecto)",
    "(autenticación|autenticação) .. (falló|fallida|falhou|ha fallado)",
    "falha (na|de) autenticação",
    "(permesso|accesso) negato",
    "(отказано в доступе|доступ запрещен|доступ запрещён|нет доступа)",
    "(недостаточно|нет) прав",
    "неверный (пароль|логин|токен)",
    "ошибка (аутентификации|авторизации)",
    "не авторизован",
    "odmowa dostępu",
    "erişim (engellendi|reddedildi)",
};

constexpr P kMemory[] = {
    "brak pamięci",
    "onvoldoende geheugen",
    "yetersiz bellek",
    "memoria (insufficiente|esaurita)",
    "nedostatek paměti",
    "(nicht genügend|nicht genug|kein|zu wenig) .. "
    "(speicher|arbeitsspeicher|hauptspeicher)",
    "(speicher|arbeitsspeicher) (erschöpft|voll|reicht nicht)",
    "(mémoire|memoria|memória) .. "
    "(insuffisante|insuficiente|épuisée|agotada|esgotada|insufficiente|"
    "esaurita)",
    "(sin memoria|sem memória|plus de mémoire|manque de mémoire)",
    "(недостаточно|не хватает|нехватка) (памяти|оперативной памяти)",
};

constexpr P kDisk[] = {
    "brak miejsca",
    "(geen|onvoldoende) (ruimte|schijfruimte)",
    "spazio su disco",
    "yeterli alan yok",
    "kein (speicherplatz|platz) .. (verfügbar|mehr|frei)",
    "(nicht genügend|zu wenig) (speicherplatz|platz)",
    "(datenträger|festplatte) .. voll",
    "(plus|pas assez|aucun) d'espace",
    "espace .. insuffisant",
    "no (queda|hay) .. espacio",
    "(espacio|espaço) .. insuficiente",
    "não há espaço",
    "spazio .. (insufficiente|esaurito)",
    "(нет|недостаточно|не хватает) (свободного|) места",
};

constexpr P kLogin[] = {
    "(sitzung|token|passwort|kennwort|anmeldung) .. "
    "(abgelaufen|ungültig|falsch)",
    "(falsches|ungültiges) (passwort|kennwort)",
    "(neu|erneut) anmelden",
    "(session|jeton) .. (expirée|expiré)",
    "(mot de passe|identifiant|identifiants) .. "
    "(incorrect|incorrects|invalide|erroné)",
    "(sesión|sessão|sessione) .. (caducada|expirada|expirado|scaduta)",
    "(contraseña|usuario) .. "
    "(incorrecta|incorrecto|incorrectos|inválida|caducada)",
    "(senha|usuário) .. (incorreta|incorretos|inválida|expirada)",
    "(password|credenziali) (errata|errate|scaduta|non valide)",
    "(сессия|сеанс) .. (истекла|истёк|истек|завершен)",
    "(неверный|неправильный) (пароль|логин)",
    "(wachtwoord|gebruikersnaam) .. (onjuist|ongeldig|verlopen)",
    "(nieprawidłowe|błędne) hasło",
    "(yanlış|geçersiz) (şifre|parola)",
    "(sesja|sesyjny) .. wygasła",
};

constexpr P kEmpty[] = {
    "(kein|keine) (papier|tinte|toner|kraftstoff|münzen)",
    "(papier|tinte|toner|akku|batterie) .. (leer|aufgebraucht|alle)",
    "(plus de|manque de) (papier|encre|carburant)",
    "(sin|falta) (papel|tinta|combustible)",
    "(sem|falta) (papel|tinta)",
    "(carta esaurita|нет бумаги|brak papieru)",
};

constexpr P kMissing[] = {
    "niet gevonden",
    "bulunamadı",
    "hittades inte",
    "nenalezen",
    "brak (pliku|takiego pliku)",
    "non trovato",
    "(datei|verzeichnis|befehl|objekt|schlüssel|benutzer|tabelle) .. nicht "
    "gefunden",
    "(nicht gefunden|existiert nicht|nicht vorhanden)",
    "(introuvable|inexistant|n'existe pas|aucun fichier ou dossier)",
    "no (existe|encontrado|encontrada|encontró|se encontró|se encuentra)",
    "no se (encontró|encuentra|ha encontrado|pudo encontrar)",
    "não (encontrado|encontrada|existe)",
    "non (trovato|trovata|esiste)",
    "не (найден|найдена|найдено|найдены|существует)",
    "нет такого (файла|файла или каталога|объекта)",
    "nie (znaleziono|istnieje)",
};

constexpr P kInvalid[] = {
    "(ongeldig|ongeldige|nieprawidłowy|nieprawidłowa|geçersiz|ogiltig|"
    "neplatný)",
    "(syntaxfehler|syntaktischer fehler)",
    "(ungültig|ungültige|ungültiger|ungültiges|ungültigen|unzulässig|"
    "unzulässiger|fehlerhafte)",
    "(erreur de syntaxe|error de sintaxis|erro de sintaxe|errore di sintassi)",
    "(invalide|inválido|inválida|inválidos|incorrecto|non valido|non valide|no "
    "válido|no válida|não válido)",
    "(синтаксическая ошибка|ошибка синтаксиса)",
    "(недопустимое|недопустимый|неверное|неверный|некорректный|некорректное|"
    "неправильный) .. (значение|формат|аргумент|параметр|запрос|ввод)",
    "(doppelter schlüssel|bereits vorhanden|existe déjà|ya existe|já "
    "existe|уже существует)",
    "(verletzt|viole la contrainte|viola la restricción|viola a restrição)",
    "(wird nicht unterstützt|nicht unterstützt|non pris en charge|no "
    "soportado|não suportado|не поддерживается)",
    "(erforderlich|obligatoire|requis|obligatorio|requerido|obrigatório|"
    "обязательно)",
};

constexpr P kAway[] = {
    "(dienst|server|service|servicio|serviço|servizio|системa|сервис|служба|"
    "сервер) .. (nicht verfügbar|indisponible|no disponible|indisponível|nicht "
    "erreichbar|non "
    "disponibile|недоступен|недоступна|перегружен|überlastet|ausgelastet)",
    "(vorübergehend|momentan|zurzeit) nicht (verfügbar|erreichbar)",
    "(temporairement|momentanément) indisponible",
    "(temporalmente|temporariamente) (no disponible|indisponível)",
    "временно недоступ",
    "временно (недоступен|недоступна|недоступно)",
    "(versuchen sie|versuche) .. (später|erneut)",
    "(bitte|es) später (erneut|noch)",
    "(réessayer|réessayez) .. (plus tard|ultérieurement)",
    "(inténtelo|intente|intentar) .. (más tarde|nuevamente)",
    "(tente|tentar) novamente",
    "riprova più tardi",
    "(повторите|попробуйте) .. (позже|попытку)",
    "(interner serverfehler|erreur interne du serveur|error interno del "
    "servidor|erro interno do servidor|внутренняя ошибка сервера)",
};

constexpr P kRate[] = {
    "zu viele (anfragen|anforderungen|versuche)",
    "trop de (requêtes|demandes|tentatives)",
    "demasiadas (solicitudes|peticiones)",
    "demasiados intentos",
    "muitas (requisições|solicitações|tentativas)",
    "слишком много (запросов|попыток)",
    "troppe richieste",
};

constexpr P kSlots[] = {
    "zu viele verbindungen",
    "trop de connexions",
    "demasiadas conexiones",
    "muitas conexões",
    "слишком много (соединений|подключений)",
};

constexpr P kLocked[] = {
    "(gesperrt|wird gerade verwendet|wird bereits verwendet|verklemmung)",
    "von einem anderen (prozess|benutzer)",
    "(verrou|verrouillé|interblocage|utilisé par un autre)",
    "(bloqueado|bloqueada|interbloqueo|en uso por|em uso por|deadlock)",
    "(взаимная блокировка|взаимоблокировка|заблокирован|заблокирована|занят "
    "другим|используется другим)",
};

constexpr P kDamaged[] = {
    "(prüfsumme|prüfsummenfehler|beschädigt|korrupt)",
    "(somme de contrôle|corrompu|corrompue|endommagé)",
    "(suma de verificación|suma de comprobación|corrupto|dañado|dañada)",
    "(soma de verificação|corrompido|corrompida|danificado)",
    "(контрольная сумма|поврежден|повреждён|повреждены)",
};

constexpr P kName[] = {
    "impossible de (résoudre|trouver l'hôte)",
    "konnte nicht aufgelöst werden",
    "no se (pudo|puede) resolver",
    "não foi possível resolver",
    "(не удалось|не удается|не удаётся) разрешить",
    "(unbekannter host|hôte inconnu|nom ou service inconnu|host "
    "desconocido|host desconhecido|неизвестный хост|nombre o servicio "
    "desconocido)",
    "der name oder der dienst ist nicht bekannt",
};

constexpr Wordings kTable[] = {
    {Says(kTimeout, 5), kTimeOver},
    {Says(kConnection, 5).With(Meaning::kNotExecuted), kRefused},
    {Says(kConnection, 5), kBroken},
    {Says(kAuthentication, 5).First(kAskPeople), kRights},
    {Says(kAuthentication, 5).First(kAskPeople), kLogin},
    {Says(kResource, 5).First(kAskPeople), kEmpty},
    {Says(kResource, 6.5), kMemory},
    {Says(kResource, 8).First(kAskPeople), kDisk},
    {Says(kPermanent, 4), kMissing},
    {Says(kPermanent, 4.5), kInvalid},
    {Says(kTransient, 4.5), kAway},
    {Says(kRateLimit, 7), kRate},
    {Says(kResource, 7).With(Meaning::kRetryHelps), kSlots},
    {Says(kConcurrency, 5.5), kLocked},
    {Says(kIntegrity, 5.5).First(kAskPeople), kDamaged},
    {Says(kPermanent, 6.5).Of(ErrorType::kNetwork), kName},
};

// Written without blanks: found as they stand, anywhere.
constexpr P kTimeOverSigns[] = {"超时",         "逾時",     "超過時間",
                                "タイムアウト", "時間切れ", "시간 초과",
                                "시간이 초과",  "시간초과"};
constexpr P kConnectionSigns[] = {
    "拒绝连接",       "连接被拒绝",  "连接拒绝",     "連線被拒",   "無法連線",
    "无法连接",       "连接失败",    "连接断开",     "连接已断开", "连接被重置",
    "连接已关闭",     "连接中断",    "连接重置",     "网络错误",   "网络异常",
    "网络不可达",     "接続が拒否",  "接続できま",   "接続に失敗", "接続が切",
    "接続がリセット", "연결이 거부", "연결할 수 없", "연결이 끊",  "연결 실패",
    "네트워크 오류"};
constexpr P kRightsSigns[] = {
    "权限不足",      "没有权限",    "拒绝访问",       "权限被拒绝",
    "无权",          "未授权",      "认证失败",       "認證失敗",
    "鉴权失败",      "密码错误",    "登录失败",       "令牌无效",
    "令牌过期",      "权限不够",    "アクセスが拒否", "権限がありません",
    "許可がありま",  "認証に失敗",  "認証エラー",     "권한이 없",
    "액세스가 거부", "접근이 거부", "인증 실패",      "인증에 실패"};
constexpr P kMemorySigns[] = {"内存不足",     "内存溢出",    "記憶體不足",
                              "显存不足",     "メモリ不足",  "メモリが不足",
                              "メモリー不足", "메모리 부족", "메모리가 부족"};
constexpr P kDiskSigns[] = {"磁盘空间不足", "空间不足",   "磁盘已满",
                            "容量が不足",   "空き領域",   "空き容量",
                            "공간이 부족",  "디스크 공간"};
constexpr P kMissingSigns[] = {"不存在",     "找不到",         "未找到",
                               "没有找到",   "見つかりません", "存在しません",
                               "찾을 수 없", "존재하지 않"};
constexpr P kInvalidSigns[] = {"语法错误",
                               "参数错误",
                               "参数无效",
                               "无效的",
                               "非法",
                               "格式错误",
                               "重複",
                               "重复",
                               "不能为空",
                               "已存在",
                               "不支持",
                               "構文エラー",
                               "文法エラー",
                               "無効な",
                               "不正な",
                               "既に存在",
                               "サポートされていません",
                               "구문 오류",
                               "문법 오류",
                               "잘못된",
                               "유효하지 않",
                               "이미 존재",
                               "지원되지 않"};
constexpr P kAwaySigns[] = {
    "服务不可用",   "服务器繁忙",     "系统繁忙",      "稍后重试",
    "稍后再试",     "稍後再試",       "维护中",        "暂时不可用",
    "しばらくして", "後でもう一度",   "再試行して",    "混雑",
    "メンテナンス", "利用できません", "나중에 다시",   "사용할 수 없",
    "점검 중",      "服务器内部错误", "内部服务器错误"};
constexpr P kRateSigns[] = {
    "过于频繁",   "频率限制",           "限流",          "请求过多", "请求太多",
    "频率超过",   "并发数过高",         "降低并发",      "速率限制", "频率过高",
    "レート制限", "リクエストが多すぎ", "요청이 너무 많"};
constexpr P kMoneySigns[] = {"余额不足", "欠费",     "额度不足",
                             "额度已用", "残高不足", "잔액 부족"};
constexpr P kLockedSigns[] = {"死锁",     "锁等待",       "被占用",
                              "已被锁定", "デッドロック", "ロックされて",
                              "使用中",   "교착",         "잠겨"};
constexpr P kDamagedSigns[] = {"校验失败",     "校验和", "校验错误", "损坏",
                               "チェックサム", "破損",   "손상"};

constexpr Wordings kSigns[] = {
    {Says(kTimeout, 5), kTimeOverSigns},
    {Says(kConnection, 5), kConnectionSigns},
    {Says(kAuthentication, 5).First(kAskPeople), kRightsSigns},
    {Says(kResource, 6.5), kMemorySigns},
    {Says(kResource, 8).First(kAskPeople), kDiskSigns},
    {Says(kPermanent, 4), kMissingSigns},
    {Says(kPermanent, 4.2), kInvalidSigns},
    {Says(kTransient, 4.5), kAwaySigns},
    {Says(kRateLimit, 7), kRateSigns},
    {Says(kResource, 10).First(kAskPeople), kMoneySigns},
    {Says(kConcurrency, 5.5), kLockedSigns},
    {Says(kIntegrity, 5.5).First(kAskPeople), kDamagedSigns},
};

}  // namespace

absl::Span<const Wordings> ForeignWordings() { return kTable; }

absl::Span<const Wordings> ForeignSigns() { return kSigns; }

}  // namespace recourse
