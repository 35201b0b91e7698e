#include "server/plan/token.h"

#include <random>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/stubs/logging.h"
#include "gtest/gtest.h"
#include "openssl/evp.h"
#include "openssl/hmac.h"
#include "recourse/internal/v1/token.pb.h"
#include "server/plan/token_payload.h"

namespace recourse {
namespace {

using internal::v1::TokenPayload;
using Random = std::mt19937_64;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

std::string Key(char byte) { return std::string(kTokenKeyBytes, byte); }

std::string Hex(Random& gen, size_t digits) {
  std::string text;
  while (text.size() < digits) text += "0123456789abcdef"[gen() % 16];
  return text;
}

std::string Text(Random& gen, size_t max_bytes) {
  static const char* const kPieces[] = {"a", "Z", "9", "/",
                                        "-", ".", "é", "日"};
  std::string text;
  for (size_t wanted = gen() % (max_bytes + 1); text.size() + 3 <= wanted;) {
    text += kPieces[gen() % 8];
  }
  return text;
}

std::vector<uint64_t> Hashes(Random& gen, size_t max_count) {
  std::vector<uint64_t> hashes(gen() % (max_count + 1));
  for (uint64_t& hash : hashes) hash = gen();
  return hashes;
}

template <typename Enum>
Enum Any(Random& gen, Enum last) {
  return static_cast<Enum>(gen() % (static_cast<uint64_t>(last) + 1));
}

Progress RandomProgress(Random& gen) {
  const auto microseconds = [&](int64_t limit) {
    return absl::Microseconds(static_cast<int64_t>(gen() % limit));
  };
  const auto count = [&] {
    return static_cast<int>(gen() % (kMaxTokenCount + 1));
  };
  Progress progress;
  progress.recovery_id = Hex(gen, 32);
  progress.decision_id = Hex(gen, 32);
  progress.strategy = Any(gen, Strategy::kCustom);
  progress.pattern_id = Text(gen, kMaxTokenPatternIdBytes);
  progress.category = Any(gen, Category::kUnknown);
  progress.error_type = Any(gen, ErrorType::kCustom);
  progress.target = Text(gen, kMaxTokenTargetBytes);
  progress.ns = Text(gen, kMaxTokenNamespaceBytes);
  progress.issue_time = kNow - microseconds(80'000'000'000);
  progress.decision_time = progress.issue_time - microseconds(1000);
  progress.start_time = progress.issue_time - microseconds(1'000'000'000'000);
  progress.waited = microseconds(1'000'000'000'000);
  progress.last_delay = microseconds(86'400'000'000);
  for (size_t n = gen() % (kMaxCursors + 1); n > 0; --n) {
    progress.cursors.push_back({gen(), gen(), count(), count()});
  }
  progress.total_attempts = count();
  progress.alternatives_tried = Hashes(gen, kMaxTriedAlternatives);
  progress.degradation_level = count();
  progress.remediations_done = Hashes(gen, kMaxDoneRemediations);
  progress.error_count = count();
  progress.incident_id = Hex(gen, gen() % (kMaxTokenIncidentIdBytes + 1));
  progress.registry_revision = static_cast<int64_t>(gen());
  if (gen() % 2 == 0) {
    progress.grant = {
        gen() % 2 == 0 ? progress.target : Text(gen, kMaxStampTargetBytes),
        Text(gen, kMaxStampScopeBytes),
        static_cast<int64_t>(gen()),
        gen(),
        gen() % 2 == 0,
        progress.issue_time,
        gen()};
    if (progress.grant.target.empty()) progress.grant = {};
  }
  return progress;
}

// Every text and list as long, every number as wide as it may be.
Progress LargestProgress() {
  Progress progress;
  progress.recovery_id = progress.decision_id = std::string(32, 'f');
  progress.strategy = Strategy::kCustom;
  progress.pattern_id = std::string(kMaxTokenPatternIdBytes, 'p');
  progress.category = Category::kUnknown;
  progress.error_type = ErrorType::kCustom;
  progress.target = std::string(kMaxTokenTargetBytes, 't');
  progress.ns = std::string(kMaxTokenNamespaceBytes, 'n');
  progress.issue_time = kNow;
  progress.decision_time = absl::InfinitePast();
  progress.start_time = absl::InfinitePast();  // Ten bytes as a varint.
  progress.waited = progress.last_delay = absl::InfiniteDuration();
  progress.cursors.assign(kMaxCursors, {~uint64_t{0}, ~uint64_t{0},
                                        kMaxTokenCount, kMaxTokenCount});
  progress.total_attempts = progress.degradation_level = progress.error_count =
      kMaxTokenCount;
  progress.alternatives_tried.assign(kMaxTriedAlternatives, ~uint64_t{0});
  progress.remediations_done.assign(kMaxDoneRemediations, ~uint64_t{0});
  progress.incident_id = std::string(kMaxTokenIncidentIdBytes, 'i');
  progress.registry_revision = -1;
  progress.grant = {std::string(kMaxStampTargetBytes, 'g'),
                    std::string(kMaxStampScopeBytes, 'q'),
                    -1,
                    ~uint64_t{0},
                    true,
                    absl::InfinitePast(),
                    ~uint64_t{0}};
  return progress;
}

// A token around any bytes, sealed as docs/token.md says; written apart from
// the code under test.
std::string SealBytes(const std::string& key, const std::string& bytes) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), mac,
       &size);
  return absl::WebSafeBase64Escape(
      bytes + std::string(reinterpret_cast<const char*>(mac), size));
}

std::string SealPayload(const TokenPayload& payload) {
  return SealBytes(Key('k'), "\x01" + payload.SerializeAsString());
}

TokenPayload ValidPayload() {
  TokenPayload payload;
  payload.set_version(1);
  payload.set_issue_time_us(absl::ToUnixMicros(kNow));
  return payload;
}

// The fault of a token that is refused; none when it opens.
std::optional<TokenFault> FaultOf(const TokenSealer& sealer,
                                  const std::string& token,
                                  absl::Time now = kNow) {
  const OpenedToken opened = sealer.Open(token, now);
  const auto* refusal = std::get_if<TokenRefusal>(&opened);
  if (refusal == nullptr) return std::nullopt;
  EXPECT_FALSE(refusal->text.empty());
  return refusal->fault;
}

// REQUIRES: the token opens.
Progress OpenedBy(const TokenSealer& sealer, const std::string& token) {
  return std::get<Progress>(sealer.Open(token, kNow));
}

TEST(TokenTest, OpensWhatItSealed) {
  const TokenSealer sealer(Key('k'));
  const TokenSealer another_server(Key('k'));
  Random gen(1);
  for (int i = 0; i < 2000; ++i) {
    const Progress progress = RandomProgress(gen);
    const std::string token = sealer.Seal(progress);
    EXPECT_LE(token.size(), kMaxTokenBytes);
    ASSERT_EQ(FaultOf(another_server, token), std::nullopt);
    ASSERT_TRUE(OpenedBy(another_server, token) == progress) << i;
  }
}

TEST(TokenTest, LargestProgressFits) {
  const TokenSealer sealer(Key('k'));
  const std::string token = sealer.Seal(LargestProgress());
  EXPECT_EQ(token.size(), kMaxTokenBytes);  // docs/token.md says so.
  EXPECT_EQ(FaultOf(sealer, token), std::nullopt);
}

TEST(TokenTest, GrantThatIsTooLongIsLeftOut) {
  const TokenSealer sealer(Key('k'));
  Progress progress = LargestProgress();
  progress.grant.target += 'g';
  EXPECT_EQ(OpenedBy(sealer, sealer.Seal(progress)).grant, GrantStamp());
  progress.grant.target = progress.target;  // Costs nothing: it stands there.
  EXPECT_EQ(OpenedBy(sealer, sealer.Seal(progress)).grant.target,
            progress.target);
  progress.grant.quota_scope += 'q';
  EXPECT_EQ(OpenedBy(sealer, sealer.Seal(progress)).grant, GrantStamp());
}

TEST(TokenTest, SealCutsListsAndCountsToTheirLimits) {
  Progress progress = LargestProgress();
  progress.cursors.assign(20, {});
  progress.cursors.back().plan = 7;
  progress.alternatives_tried.assign(500, 1);
  progress.alternatives_tried.back() = 2;
  progress.remediations_done.assign(500, 1);
  progress.total_attempts = 2'000'000'000;
  progress.error_count = -5;
  progress.last_delay = -absl::Seconds(1);
  const TokenSealer sealer(Key('k'));
  ASSERT_EQ(FaultOf(sealer, sealer.Seal(progress)), std::nullopt);
  const Progress opened = OpenedBy(sealer, sealer.Seal(progress));
  ASSERT_EQ(opened.cursors.size(), kMaxCursors);
  EXPECT_EQ(opened.cursors.back().plan, 7u);
  ASSERT_EQ(opened.alternatives_tried.size(), kMaxTriedAlternatives);
  EXPECT_EQ(opened.alternatives_tried.back(), 2u);
  EXPECT_EQ(opened.remediations_done.size(), kMaxDoneRemediations);
  EXPECT_EQ(opened.total_attempts, kMaxTokenCount);
  EXPECT_EQ(opened.error_count, 0);
  EXPECT_EQ(opened.last_delay, absl::ZeroDuration());
}

TEST(TokenTest, EveryFlippedBitIsRefused) {
  const TokenSealer sealer(Key('k'));
  Random gen(2);
  const std::string token = sealer.Seal(RandomProgress(gen));
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(token, &bytes));
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(FaultOf(sealer, absl::WebSafeBase64Escape(changed)),
              bit < 8 ? TokenFault::kMalformed : TokenFault::kForged)
        << bit;
  }
  for (size_t bit = 0; bit < token.size() * 8; ++bit) {
    std::string changed = token;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(FaultOf(sealer, changed), std::nullopt) << bit;
  }
}

TEST(TokenTest, EveryTruncationAndExtensionIsRefused) {
  const TokenSealer sealer(Key('k'));
  Random gen(3);
  const std::string token = sealer.Seal(RandomProgress(gen));
  for (size_t size = 0; size < token.size(); ++size) {
    EXPECT_NE(FaultOf(sealer, token.substr(0, size)), std::nullopt) << size;
    EXPECT_NE(FaultOf(sealer, token.substr(token.size() - size)), std::nullopt)
        << size;
  }
  for (const char* extra : {"A", "AA", "AAAA", "=", "==", " ", "\n", "."}) {
    EXPECT_NE(FaultOf(sealer, token + extra), std::nullopt) << extra;
    EXPECT_NE(FaultOf(sealer, extra + token), std::nullopt) << extra;
  }
}

TEST(TokenTest, OnlyTheOneSpellingIsTaken) {
  const TokenSealer sealer(Key('k'));
  // Lengths of all remainders by 3, so that there are loose bits to set.
  for (const char* ns : {"a", "ab", "abc"}) {
    Progress progress;
    progress.issue_time = kNow;
    progress.ns = ns;
    const std::string token = sealer.Seal(progress);
    EXPECT_EQ(FaultOf(sealer, token), std::nullopt);
    int spellings = 0;
    for (int byte = 0; byte < 256; ++byte) {
      std::string other = token;
      other.back() = static_cast<char>(byte);
      if (!FaultOf(sealer, other)) ++spellings;
    }
    EXPECT_EQ(spellings, 1) << ns;
    EXPECT_EQ(FaultOf(sealer, token + std::string(token.size() % 4, '=')),
              token.size() % 4 == 0 ? std::nullopt
                                    : std::optional(TokenFault::kMalformed));
    std::string spaced = token;
    spaced.insert(10, " ");
    EXPECT_EQ(FaultOf(sealer, spaced), TokenFault::kMalformed);
  }
}

TEST(TokenTest, AnotherKeysTokenIsForged) {
  Progress progress;
  progress.issue_time = kNow;
  const std::string token = TokenSealer(Key('a')).Seal(progress);
  EXPECT_EQ(FaultOf(TokenSealer(Key('b')), token), TokenFault::kForged);
}

TEST(TokenTest, ExpiresAfterADayAndRefusesTheFarFuture) {
  const struct {
    absl::Duration age;
    std::optional<TokenFault> fault;
  } kRows[] = {
      {absl::ZeroDuration(), std::nullopt},
      {absl::Hours(24), std::nullopt},
      {absl::Hours(24) + absl::Microseconds(1), TokenFault::kExpired},
      {absl::Hours(9000), TokenFault::kExpired},
      {-absl::Hours(24), std::nullopt},
      {-absl::Hours(24) - absl::Microseconds(1), TokenFault::kExpired},
  };
  const TokenSealer sealer(Key('k'));
  for (const auto& row : kRows) {
    Progress progress;
    progress.issue_time = kNow;
    EXPECT_EQ(FaultOf(sealer, sealer.Seal(progress), kNow + row.age), row.fault)
        << row.age;
  }
}

TEST(TokenTest, MalformedRows) {
  const TokenSealer sealer(Key('k'));
  const std::string kRows[] = {
      "",
      "x",
      "not a token",
      std::string(kMaxTokenBytes + 1, 'A'),
      std::string(kMaxTokenBytes, 'A'),
      std::string(40, 'A'),
      SealBytes(Key('k'), ""),                  // A bare seal.
      SealBytes(Key('k'), "\x02"),              // A later layout.
      SealBytes(Key('k'), "\x01"),              // Version 0.
      SealBytes(Key('k'), "\x01\x0a\xff\xff"),  // No TokenPayload.
      SealBytes(Key('k'), std::string("\x01\x42\x01\xff", 4)),  // Bad UTF-8.
  };
  for (const std::string& token : kRows) {
    EXPECT_EQ(FaultOf(sealer, token), TokenFault::kMalformed) << token;
  }
}

TEST(TokenTest, SealedPayloadMustKeepTheLimits) {
  const TokenSealer sealer(Key('k'));
  EXPECT_EQ(FaultOf(sealer, SealPayload(ValidPayload())), std::nullopt);
  using Breaker = void (*)(TokenPayload&);
  const Breaker kBreakers[] = {
      [](TokenPayload& p) { p.set_version(0); },
      [](TokenPayload& p) { p.set_recovery_id("15 bytes, not 1"); },
      [](TokenPayload& p) { p.set_decision_id("seventeen bytes.."); },
      [](TokenPayload& p) { p.set_pattern_id(std::string(129, 'p')); },
      [](TokenPayload& p) { p.set_target(std::string(257, 't')); },
      [](TokenPayload& p) { p.set_namespace_(std::string(64, 'n')); },
      [](TokenPayload& p) { p.set_incident_id(std::string(65, 'i')); },
      [](TokenPayload& p) { p.set_waited_us(-1); },
      [](TokenPayload& p) { p.set_last_delay_us(-1); },
      [](TokenPayload& p) { p.set_total_attempts(kMaxTokenCount + 1); },
      [](TokenPayload& p) { p.set_degradation_level(kMaxTokenCount + 1); },
      [](TokenPayload& p) { p.set_error_count(0xffffffff); },
      [](TokenPayload& p) { p.add_cursors()->set_step(kMaxTokenCount + 1); },
      [](TokenPayload& p) { p.add_cursors()->set_granted(0x80000000); },
      [](TokenPayload& p) {
        while (p.cursors_size() < 9) p.add_cursors();
      },
      [](TokenPayload& p) {
        while (p.alternatives_tried_size() < 33) p.add_alternatives_tried(1);
      },
      [](TokenPayload& p) {
        while (p.remediations_done_size() < 17) p.add_remediations_done(1);
      },
  };
  for (size_t i = 0; i < std::size(kBreakers); ++i) {
    TokenPayload payload = ValidPayload();
    kBreakers[i](payload);
    EXPECT_EQ(FaultOf(sealer, SealPayload(payload)), TokenFault::kMalformed)
        << i;
  }
}

TEST(TokenTest, TokenOfANewerServerIsReadAsFarAsKnown) {
  TokenPayload payload = ValidPayload();
  payload.set_version(9);
  payload.set_target("t");
  payload.set_strategy(static_cast<v1::RecoveryStrategy>(99));
  payload.set_category(static_cast<v1::FailureCategory>(-3));
  payload.set_error_type(static_cast<v1::ErrorType>(12));
  payload.GetReflection()->MutableUnknownFields(&payload)->AddVarint(77, 5);
  const TokenSealer sealer(Key('k'));
  ASSERT_EQ(FaultOf(sealer, SealPayload(payload)), std::nullopt);
  const Progress opened = OpenedBy(sealer, SealPayload(payload));
  EXPECT_EQ(opened.target, "t");
  EXPECT_EQ(opened.strategy, Strategy::kUnspecified);
  EXPECT_EQ(opened.category, Category::kUnspecified);
  EXPECT_EQ(opened.error_type, ErrorType::kUnspecified);
}

TEST(TokenTest, RandomBytesNeverOpenNorCrash) {
  const google::protobuf::LogSilencer silencer;  // It tells of bad UTF-8.
  const TokenSealer sealer(Key('k'));
  Random gen(4);
  for (int i = 0; i < 100'000; ++i) {
    std::string bytes(gen() % 200, '\0');
    for (char& byte : bytes) byte = static_cast<char>(gen());
    if (gen() % 2) bytes = absl::WebSafeBase64Escape("\x01" + bytes);
    ASSERT_NE(FaultOf(sealer, bytes), std::nullopt) << absl::CHexEscape(bytes);
    // The same behind a good seal: whatever opens can be sealed again.
    const std::string sealed = SealBytes(Key('k'), "\x01" + bytes);
    if (!FaultOf(sealer, sealed)) sealer.Seal(OpenedBy(sealer, sealed));
  }
}

// docs/token.md shows this token byte by byte.
TEST(TokenTest, WorkedExample) {
  Progress progress;
  progress.recovery_id = "000102030405060708090a0b0c0d0e0f";
  progress.decision_id = "101112131415161718191a1b1c1d1e1f";
  progress.strategy = Strategy::kRetry;
  progress.category = Category::kConnection;
  progress.error_type = ErrorType::kNetwork;
  progress.target = "postgres/orders";
  progress.ns = "default";
  progress.issue_time = kNow;
  progress.start_time = kNow - absl::Seconds(2);
  progress.last_delay = absl::Milliseconds(1300);
  progress.cursors = {{0x1122334455667788, 0x99aabbccddeeff00, 0, 2}};
  progress.total_attempts = 2;
  progress.error_count = 2;
  progress.registry_revision = 12;
  std::string key;
  for (int i = 0; i < 32; ++i) key.push_back(static_cast<char>(i));
  EXPECT_EQ(TokenSealer(key).Seal(progress),
            "AQgBEhAAAQIDBAUGBwgJCgsMDQ4PGhAQERITFBUWFxgZGhscHR4fIAIwAjgB"
            "Qg9wb3N0Z3Jlcy9vcmRlcnNKB2RlZmF1bHRQgID5wMHEggNYgPf-v8HEggNo"
            "oKxPchQJiHdmVUQzIhERAP_u3cy7qpkgAngCmAECqAEMB2V1YB6I1NFRkskE"
            "1J_0UNvsmMA-ozY8zSA00lv9wLo");
}

}  // namespace
}  // namespace recourse
