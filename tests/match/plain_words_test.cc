// What the classifier makes of plain words, of any trade or of none.
#include <gtest/gtest.h>

#include "tests/match/classifier_cases.h"

namespace recourse {
namespace {

using enum Category;

TEST(PlainWordsTest, ReadsPlainWords) {
  ExpectAll({
      {"All our agents are on other calls, please hold", "", 0, kTransient,
       kRetry},
      {"Your visa application was refused.", "", 0, kPermanent, kEscalate},
      {"The elevator is out of order", "", 0, kPermanent, kEscalate},
      {"! Undefined control sequence.", "", 0, kPermanent, kCorrect},
      {"wifi: no AP found", "", 0, kConnection, kRetry},
      {"Client version 1.8 is out of date", "", 0, kPermanent, kCorrect},
      {"There isn't enough space.", "", 0, kResource, kEscalate},
      {"TX buffer full", "", 0, kResource, kRetry},
  });
}

TEST(PlainWordsTest, NamedFailuresInUnknownWordsStayUntilAPersonActs) {
  const Classification got =
      Classify(NewFailure("The quokka could not be zorbed"), nullptr, kNow);
  EXPECT_EQ(got.category, kPermanent);
  EXPECT_EQ(got.recommended_strategy, kEscalate);
  EXPECT_FALSE(got.retryable);
  EXPECT_FALSE(got.not_executed);
  EXPECT_LT(got.confidence, 0.7);
}

TEST(PlainWordsTest, WhatDoesNotSayIsUnknown) {
  for (const char* message :
       {"An unexpected error occurred.", "failed", "Something bad happened",
        "exit status 1", "Error: undefined", "err=1", "???", "",
        "Your order is ready", "The quokka was zorbed", "Welcome to the shop",
        "The request could not be processed",
        "The job was not completed, see the log for details", "Error: quokka",
        "quokkas=3 zorbed=0 failed=0"}) {
    const Classification got = Classify(NewFailure(message), nullptr, kNow);
    EXPECT_EQ(got.category, kUnknown) << message << ": " << got.evidence;
    EXPECT_EQ(got.recommended_strategy, Strategy::kNone) << message;
    EXPECT_FALSE(got.retryable) << message;
    EXPECT_EQ(got.confidence, 0) << message;
    EXPECT_EQ(got.evidence, "") << message;
  }
}

TEST(PlainWordsTest, TellsWhichMoveHelps) {
  ExpectAll({
      {"No bean named `depto`. Did you mean `depot`?", "", 0, kPermanent,
       kCorrect},
      {"ETag does not match", "", 0, kConcurrency, kCorrect},
      {"The sheet was changed by Ada since you opened it", "", 0, kConcurrency,
       kCorrect},
      {"limited to 40 calls / month", "", 429, kRateLimit, kEscalate},
      {"undefined symbol: pq_connect_timeout", "", 0, kPermanent, kCorrect},
      {"account temporarily blocked", "", 0, kAuthentication, kEscalate},
      {"Serialization error: cannot serialize object of type date", "", 0,
       kPermanent, kCorrect},
      {"3 tests failed: test_timeout", "", 0, kPermanent, kEscalate},
      {"connection was closed in the middle of operation", "", 0, kConnection,
       kRetry},
      {"this prompt has more tokens than the model takes", "", 0, kResource,
       kDegrade},
  });
}

TEST(PlainWordsTest, WhatWaitingMends) {
  ExpectAll({
      {"Let the oven cool for a while", "", 0, kTransient, kRetry},
      {"The varnish is still wet", "", 0, kTransient, kRetry},
      {"Flights suspended until the fog clears", "", 0, kTransient, kRetry},
      {"We knocked for an hour and nobody came", "", 0, kTimeout, kRetry},
      {"The courier did not arrive in time", "", 0, kTimeout, kRetry},
      {"We could not get through to the tower", "", 0, kConnection, kRetry},
      {"My colleague is working on this drawing", "", 0, kConcurrency, kRetry},
      {"Not so fast!", "", 0, kRateLimit, kRetry},
  });
}

TEST(PlainWordsTest, OfOtherLanguages) {
  ExpectAll({
      {"Der Aufzug ist außer Betrieb.", "", 0, kPermanent, kEscalate},
      {"No quedan plazas en el curso.", "", 0, kResource, kEscalate},
      {"Le guichet est fermé.", "", 0, kTransient, kEscalate},
      {"Нет связи с диспетчером.", "", 0, kConnection, kRetry},
      {"在庫がありません。", "", 0, kResource, kEscalate},
  });
}

TEST(PlainWordsTest, WhatWaitingDoesNotMend) {
  ExpectAll({
      {"Only a notary may open this deed.", "", 0, kAuthentication, kEscalate},
      {"You are not on the guest list.", "", 0, kAuthentication, kEscalate},
      {"Gate pass required", "", 0, kPermanent, kEscalate},
      {"Flour bin empty", "", 0, kResource, kEscalate},
      {"There is no more room in the hall", "", 0, kResource, kEscalate},
      {"Half of the letters are torn", "", 0, kIntegrity, kEscalate},
      {"The board is longer than the saw allows", "", 0, kPermanent, kCorrect},
      {"The landlord has not signed the lease yet", "", 0, kPermanent,
       kEscalate},
      {"You have used your free rides of today", "", 0, kRateLimit, kEscalate},
  });
}

TEST(PlainWordsTest, WhatSomebodyStoppedIsNotTriedAgain) {
  for (const char* message :
       {"The user aborted a request.", "The operator stopped the run",
        "cancelled by user", "The buyer called off the visit",
        "Stopped by you"}) {
    const Classification got = Classify(NewFailure(message), nullptr, kNow);
    EXPECT_EQ(Name(got.category), Name(kPermanent)) << got.evidence;
    EXPECT_FALSE(got.retryable) << message << ": " << got.evidence;
  }
}

}  // namespace
}  // namespace recourse
