// Secrets that must vanish, with what must stay beside them.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/record/redaction.h"

namespace recourse {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Row {
  const char* rule;    // Whose marker must appear.
  const char* text;    // What comes in.
  const char* secret;  // What must not come out.
  const char* stays = "";
};

// Keys are written in two parts, so that scanners of repositories do not take
// them for real ones.
const Row kRows[] = {
    // Authorization in headers, commands and JSON.
    {"bearer", "Authorization: Bearer abcDEF123456", "abcDEF123456",
     "Authorization: Bearer "},
    {"bearer", "authorization: bearer sometokenvalue", "sometokenvalue"},
    {"bearer", "curl -H 'Authorization: Bearer s3cr3t' https://api.example.com",
     "s3cr3t", "https://api.example.com"},
    {"bearer", R"({"headers":{"Authorization":"Bearer q1w2e3"},"status":401})",
     "q1w2e3", R"("status":401)"},
    {"bearer", R"({\"Authorization\": \"Bearer q1w2e3\"})", "q1w2e3"},
    {"bearer", "{'authorization': ['Bearer q1w2e3'], 'x': 1}", "q1w2e3",
     "'x': 1"},
    {"bearer", "('Authorization', 'Token 9944b09199c62bcf')",
     "9944b09199c62bcf"},
    {"bearer", "Proxy-Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"},
    {"bearer", "AUTHORIZATION=Basic YTpi next", "YTpi", "next"},
    {"bearer", "sent Basic dXNlcjpwYXNz and got 401", "dXNlcjpwYXNz",
     "and got 401"},
    {"bearer", "rejected bearer 0a1b2c3d4e5f60718293", "0a1b2c3d4e5f60718293"},
    {"bearer",
     "Authorization: AWS4-HMAC-SHA256 Credential=X/20240101/us-east-1, "
     "SignedHeaders=host, Signature=fe5f80\nHost: s3",
     "fe5f80", "Host: s3"},
    {"bearer",
     R"(Authorization: Digest username="bob", realm="r", response="66d2f1")",
     "66d2f1"},
    {"bearer", "Authorization: ApiKey bXlrZXk=", "bXlrZXk="},
    {"bearer", "curl -u admin:hunter2 http://h/x", "hunter2", "http://h/x"},
    {"bearer", "headers: Authorization=Bearer%20abc123def", "abc123def"},
    {"bearer", "Authorization: 5f4dcc3b5aa765d61d83", "5f4dcc3b5aa765d61d83"},

    // Names and values.
    {"key_value", "api_key=abcdef", "abcdef", "api_key="},
    {"key_value", "password: hunter", "hunter", "password: "},
    {"key_value", "Password:hunter2}", "hunter2", "}"},
    {"key_value", "token=abc123", "abc123"},
    {"key_value", "secret = 'se cret'", "se cret"},
    {"key_value", R"("api_key": "abc")", "\"abc\""},
    {"key_value", R"({"db":{"password":"p,q;r}s"},"port":5432})", "p,q;r}s",
     R"("port":5432)"},
    {"key_value", R"({\"password\": \"hun\\\"ter2\"})", "hun"},
    {"key_value", R"({"password": "a\"b c"})", "b c"},
    {"key_value", "{'client_secret': 'zzz', 'id': 7}", "zzz", "'id': 7"},
    {"key_value", "access_key=zz/top+1 region=eu", "zz/top+1", "region=eu"},
    {"key_value", "X-Api-Key: 7c6a180b", "7c6a180b"},
    {"key_value", "X-Auth-Token: letmein", "letmein"},
    {"key_value", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG",
     "wJalrXUtnFEMI"},
    {"key_value", "DB_PASSWORD=p@ss!word&more", "p@ss!word"},
    {"key_value", "GET https://x.example/v1?user=1&api_key=k9&page=2", "k9",
     "&page=2"},
    {"key_value", "https://x.example/cb?access_token=aaa#top", "aaa"},
    {"key_value", "host=db user=app password=s3cret dbname=orders", "s3cret",
     "dbname=orders"},
    {"key_value", "host=db password='it''s me' dbname=orders", "s me",
     "dbname=orders"},
    {"key_value", "Server=db;User Id=sa;Password=Pa$$w0rd;Encrypt=true",
     "Pa$$w0rd", ";Encrypt=true"},
    {"key_value", "user=bob,password=hunter2,host=db", "hunter2", ",host=db"},
    {"key_value", "mysqldump --password=hunter2 --host db", "hunter2",
     "--host db"},
    {"key_value", "deploy --token abc --region eu", " abc ", "--region eu"},
    {"key_value", "<Password>hunter2</Password>", "hunter2", "</Password>"},
    {"key_value", "config[\"password\"] = \"hunter2\"", "hunter2"},
    {"key_value", ":password=>\"hunter2\", :host=>\"db\"", "hunter2",
     ":host=>\"db\""},
    {"key_value", "&{User:app Passwd:hunter2 Addr:db}", "hunter2", "Addr:db"},
    {"key_value", "ALTER USER app WITH PASSWORD 'hunter2'", "hunter2"},
    {"key_value", "CREATE USER app IDENTIFIED BY 'hunter2'", "hunter2"},
    {"key_value", "Incorrect API key provided: q8s7d6f5.", "q8s7d6f5",
     "Incorrect API key provided: "},
    {"key_value", "Cookie: sid=31d4d96e407aad42; theme=dark", "31d4d96e"},
    {"key_value", "password=\"cut off in the mid", "cut off"},
    {"key_value", "refresh_token=1x2y%26next", "1x2y"},
    {"key_value", "password%3Dhunter2%26user%3Dbob", "hunter2", "user%3Dbob"},
    {"key_value", R"({"name": "DB_PASSWORD", "value": "hunter2"})", "hunter2"},
    {"key_value", "the api key is a1b2c3d4", "a1b2c3d4"},
    {"key_value", "invalid token: 83hd73hd82", "83hd73hd82", "invalid token: "},
    {"key_value", "Driver={ODBC};UID=sa;PWD={hunter2};Port=1", "hunter2",
     ";Port=1"},
    {"key_value", "{\"password\": \"no.One4\"}", "no.One4"},
    {"key_value", "PGPASSWORD=secret psql", "=secret", " psql"},
    {"key_value", "password=pässwörd€ next", "wörd", " next"},

    // Credentials within URLs.
    {"url_userinfo", "postgres://app:hunter2@db.example.com:5432/orders",
     "hunter2", "@db.example.com:5432/orders"},
    {"url_userinfo", "redis://:p4ss@cache:6379/0", "p4ss", "@cache:6379/0"},
    {"url_userinfo", "mongodb+srv://u:p%40ss@c0.example.net/db?w=1", "p%40ss"},
    {"url_userinfo", "amqp://u:p@ss@mq:5672", "p@ss", "@mq:5672"},
    {"url_userinfo", "mysql://u:a/b#c@db/x", "a/b#c"},
    {"url_userinfo", "http://proxyuser:proxypass@10.0.0.1:3128 refused",
     "proxypass", "@10.0.0.1:3128 refused"},
    {"url_userinfo", "https://0123456789abcdef0123@sentry.example/42",
     "0123456789abcdef", "@sentry.example/42"},
    {"url_userinfo", "jdbc:oracle:thin:scott/tiger@//db:1521/x", "tiger"},
    {"url_userinfo", "two: a://u:one1@h b://u:two2@h", "two2"},

    // Keys that are known by their form.
    {"vendor_key",
     "bad key sk"
     "-abcdefghij0123456789ABCD",
     "ghij0123"},
    {"vendor_key",
     "sk"
     "-ant-api03-aB3dE6_gH9-iJ2kL5",
     "aB3dE6"},
    {"vendor_key",
     "sk"
     "-proj-Zz9Zz9Zz9Zz9Zz9Zz9",
     "Zz9Zz9"},
    {"vendor_key",
     "key sk"
     "-abcd************wxyz is wrong",
     "wxyz", " is wrong"},
    {"vendor_key",
     "AK"
     "IAIOSFODNN7EXAMPLE",
     "IOSFODNN7"},
    {"vendor_key",
     "id AS"
     "IAIOSFODNN7EXAMPLE.",
     "IOSFODNN7", "."},
    {"vendor_key",
     "gh"
     "p_16C7e42F292c6912E7710c838347Ae178B4a",
     "16C7e42F"},
    {"vendor_key",
     "gh"
     "o_16C7e42F292c6912E7710c838347Ae178B4a",
     "16C7e42F"},
    {"vendor_key",
     "git"
     "hub_pat_11ABCDEFG0123456789_abcdefg",
     "11ABCDEFG"},
    {"vendor_key",
     "xox"
     "b-123456789012-abcdefABCDEF",
     "abcdefABCDEF"},
    {"vendor_key",
     "xox"
     "p-1234-5678-9012-abcdef",
     "9012"},
    {"vendor_key",
     "AI"
     "zaSyA-1234567890abcdefghijklmnopqrstu",
     "67890abc"},
    {"vendor_key",
     "gl"
     "pat-ABCdef123456_7890xyz",
     "def123456"},
    {"vendor_key",
     "hf"
     "_AbCdEfGhIjKlMnOpQrStUvWx12",
     "KlMnOp"},
    {"vendor_key",
     "SG"
     ".abcdefghijklmnop.qrstuvwxyz0123456789",
     "qrstuv"},
    {"vendor_key",
     "sk"
     "_live_4eC39HqLyjWDarjtT1zdp7dc",
     "39HqLyjW"},
    {"vendor_key",
     "rk"
     "_live_4eC39HqLyjWDarjtT1zdp7dc",
     "39HqLyjW"},
    {"vendor_key",
     "wh"
     "sec_MIGfMA0GCSqGSIb3DQEB",
     "fMA0GCS"},
    {"vendor_key",
     "npm"
     "_abcdefghij0123456789ABCDEFGHIJ012345",
     "ghij01"},
    {"vendor_key",
     "https://hooks.slack"
     ".com/services/T000/B000/XXXX1234yy",
     "1234yy", "hooks.slack.com/services/"},
    {"vendor_key",
     "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9vYmFyYmF6;x",
     "Zm9vYmFy", "AccountName=a;"},
    {"vendor_key",
     "https://a.blob.core.windows.net/"
     "c?sv=2022&sig=abc%2Bdef%3D0123456789&se=1",
     "abc%2Bdef", "&se=1"},
    {"vendor_key",
     "bot 123456789:AA"
     "HdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
     "HdqTcvCH"},
    {"vendor_key",
     "ya"
     "29.a0AfH6SMBx1234567890",
     "AfH6SMB"},
    {"vendor_key",
     "hv"
     "s.CAESIJabcdefghijklmnop12",
     "CAESIJ"},

    // Keys in PEM, whole and cut off.
    {"private_key",
     "x -----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAn0tRealAtAll\n"
     "abc=\n-----END RSA PRIVATE KEY-----\ny",
     "IBAAKCAQ", "\ny"},
    {"key_value",
     R"({"private_key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----\n", "client_id": "1"})",
     "BADANBgk", R"("client_id": "1")"},
    {"private_key",
     "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAA\n"
     "AAAEbm9uZQAA",
     "b3BlbnNz"},
    {"private_key",
     "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
     "DEK-Info: AES-128-CBC,AB12\n\nMHcCAQEEIIGLnotrealnotrealnotr\nAxyz",
     "AQEEIIGL"},
    {"private_key",
     "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAA\nAAAEbm9uZQAA\n"
     "-----END OPENSSH PRIVATE KEY-----\nafter",
     "AAEbm9u", "after"},
    {"private_key",
     "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n"
     "lQOYBFxyzlQOYBFxyzlQOYBFxyz\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----",
     "lQOYBF"},

    {"jwt", "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP expired",
     "dBjftJeZ", " expired"},
    {"jwt", "cut eyJhbGciOiJIUzI1NiJ9.eyJzdWIi", "zdWIi"},
    {"jwt", "cut eyJhbGciOiJIUzI1NiIsInR5cCI6", "UzI1NiIs", "cut "},

    {"email", "no account for jane.doe+test@mail.example.com, sorry",
     "jane.doe", ", sorry"},
    {"email", "mailto:ops@example.org", "ops@", "mailto:"},
    {"email", "für jürgen@example.de gesperrt", "rgen@", "für "},
    {"email", "user_id=bob%40example.com&x=1", "bob", "&x=1"},
    {"email", "<postmaster@bücher.example>", "postmaster", "<"},

    {"card_number", "card 4111111111111111 declined", "4111111111111111",
     "card "},
    {"card_number", "card 4111 1111 1111 1111 declined", "1111 1111",
     " declined"},
    {"card_number", "5500-0000-0000-0004", "0000-0004"},
    {"card_number", "pan=378282246310005;", "378282246310005", ";"},
    {"card_number", "3782 822463 10005", "822463"},
    {"card_number", "\"6011111111111117\"", "6011111111111117"},
    {"card_number", "4222222222222", "4222222222222"},
};

TEST(RedactionSecretsTest, SecretsVanishAndTheRestStays) {
  const auto redactor = Redactor::Create({});
  ASSERT_TRUE(redactor.ok()) << redactor.status();
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.text);
    const std::string redacted = (*redactor)->Redact(row.text);
    EXPECT_THAT(std::string(row.text), HasSubstr(row.secret));
    EXPECT_THAT(redacted, Not(HasSubstr(row.secret)));
    EXPECT_THAT(redacted, HasSubstr(row.stays));
    EXPECT_THAT(redacted,
                HasSubstr(std::string("[REDACTED:") + row.rule + "]"));
    EXPECT_EQ((*redactor)->Redact(redacted), redacted);
  }
}

}  // namespace
}  // namespace recourse
