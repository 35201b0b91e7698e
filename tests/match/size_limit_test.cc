#include "server/match/size_limit.h"

#include <gtest/gtest.h>

#include <string>

namespace recourse {
namespace {

constexpr int64_t kMiB = 1024 * 1024;

TEST(FindSizeLimitTest, TextsOfRealSoftware) {
  const struct {
    const char* text;
    int64_t limit;
    int64_t actual;
    const char* unit;
  } kCases[] = {
      // Language models.
      {"This model's maximum context length is 128000 tokens. However, your "
       "messages resulted in 130512 tokens. Please reduce the length.",
       128'000, 130'512, "tokens"},
      {"This model's maximum context length is 8192 tokens, however you "
       "requested 9000 tokens (4000 in your prompt; 5000 for the completion).",
       8'192, 9'000, "tokens"},
      {"maximum context length is 4096 tokens. However, you requested 5210 "
       "tokens in the messages, Please reduce",
       4'096, 5'210, "tokens"},
      {"maximum context length is 4096 tokens. However, your request has 5000 "
       "input tokens. Please reduce",
       4'096, 5'000, "tokens"},
      {"'max_tokens' or 'max_completion_tokens' is too large: 5000. This "
       "model's maximum context length is 4096 tokens and your request has 100 "
       "input tokens (5000 > 4096 - 100).",
       4'096, 5'100, "tokens"},
      {"This model's maximum context length is 4096 tokens.", 4'096, 0,
       "tokens"},
      {"prompt is too long: 215021 tokens > 200000 maximum", 200'000, 215'021,
       "tokens"},
      {"input length and `max_tokens` exceed context limit: 190000 + 20000 > "
       "200000, decrease input length or `max_tokens` and try again",
       200'000, 210'000, "tokens"},
      {"image exceeds 5 MB maximum: 5823424 bytes > 5242880 bytes", 5 * kMiB,
       5'823'424, "bytes"},
      {"The input token count (1048577) exceeds the maximum number of tokens "
       "allowed (1048576).",
       1'048'576, 1'048'577, "tokens"},
      {"The input token count is 1048577 but model only supports up to "
       "1048576.",
       1'048'576, 1'048'577, "tokens"},
      {"Request too large for gpt-4o in organization org-x on tokens per min "
       "(TPM): Limit 30000, Requested 41822. The input must be reduced",
       30'000, 41'822, "tokens"},
      {"too many tokens: total number of tokens in the prompt cannot exceed "
       "4081 - received 5000",
       4'081, 5'000, "tokens"},
      {"Prompt contains 40000 tokens and 0 draft tokens, too large for model "
       "with 32768 maximum context length",
       32'768, 40'000, "tokens"},
      {"`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 "
       "`inputs` tokens and 1000 `max_new_tokens`",
       4'096, 5'000, "tokens"},
      {"`inputs` must have less than 1024 tokens. Given: 1500", 1'024, 1'500,
       "tokens"},
      {"The decoder prompt (length 5000) is longer than the maximum model "
       "length of 4096.",
       4'096, 5'000, "tokens"},
      {"Input prompt (5000 tokens) is too long and exceeds limit of 4096",
       4'096, 5'000, "tokens"},
      {"request (5000 tokens) exceeds the available context size (4096 "
       "tokens), try increasing it",
       4'096, 5'000, "tokens"},
      {"Token indices sequence length is longer than the specified maximum "
       "sequence length for this model (600 > 512).",
       512, 600, ""},
      {"Invalid 'messages[0].content': string too long. Expected a string with "
       "maximum length 1048576, but got a string with length 1500000 instead.",
       1'048'576, 1'500'000, "characters"},
      {"Expected an array with maximum length 128, but got an array with "
       "length 200 instead.",
       128, 200, "items"},
      {"expected maxLength: 50000, actual: 60000, please reformat", 50'000,
       60'000, "characters"},
      {"Maximum content size limit (26214400) exceeded (26500000 bytes read)",
       26'214'400, 26'500'000, "bytes"},
      // Messages.
      {"Received message larger than max (5000000 vs. 4194304)", 4 * kMiB,
       5'000'000, "bytes"},
      {"trying to send message larger than max (5000000 vs. 4194304)", 4 * kMiB,
       5'000'000, "bytes"},
      {"Received message larger than max (5000000 vs 4194304)", 4 * kMiB,
       5'000'000, "bytes"},
      {"gRPC message exceeds maximum size 4194304: 5000000", 4 * kMiB,
       5'000'000, "bytes"},
      {"Adjusted frame length exceeds 1048576: 2000000 - discarded", kMiB,
       2'000'000, "bytes"},
      {"The message is 1048709 bytes when serialized which is larger than "
       "1048576, which is the value of the max.request.size configuration.",
       kMiB, 1'048'709, "bytes"},
      {"One or more parameters are invalid. Reason: Message must be shorter "
       "than 262144 bytes.",
       262'144, 0, "bytes"},
      {"Batch requests cannot be longer than 262144 bytes. You have sent "
       "300000 bytes.",
       262'144, 300'000, "bytes"},
      {"The value for message_count is too large. You passed 1001 in the "
       "request, but the maximum value is 1000.",
       1'000, 1'001, ""},
      {"message size 200000000 is larger than configured max size 134217728",
       128 * kMiB, 200'000'000, ""},
      {"552 message size 30000000 exceeds size limit 26214400 of server",
       26'214'400, 30'000'000, ""},
      {"too many bytes: the payload must be no larger than 256 KiB", 262'144, 0,
       "bytes"},
      {"Must be 2000 or fewer in length.", 2'000, 0, "characters"},
      {"failed: must be less than 3001 characters", 3'001, 0, "characters"},
      // Databases.
      {"Packet for query is too large (5,242,931 > 4,194,304). You can change "
       "this value on the server by setting the 'max_allowed_packet' variable.",
       4 * kMiB, 5'242'931, ""},
      {"value too long for type character varying(255)", 255, 0, "characters"},
      {"index row size 2800 exceeds btree version 4 maximum 2704 for index x",
       2'704, 2'800, "bytes"},
      {"row is too big: size 8200, maximum size 8160", 8'160, 8'200, "bytes"},
      {"object to insert too large. size in bytes: 17000000, max size: "
       "16777216",
       16 * kMiB, 17'000'000, "bytes"},
      {"BSONObj size: 17000000 (0x1036640) is invalid. Size must be between 0 "
       "and 16793600(16MB)",
       16'793'600, 17'000'000, "bytes"},
      {"BSON document too large (17000000 bytes) - the connected server "
       "supports BSON document sizes up to 16777216 bytes.",
       16 * kMiB, 17'000'000, "bytes"},
      {"ORA-12899: value too large for column \"A\".\"B\" (actual: 30, "
       "maximum: 20)",
       20, 30, ""},
      {"Result window is too large, from + size must be less than or equal to: "
       "[10000] but was [20000].",
       10'000, 20'000, "items"},
      {"entity content is too long [200000000] for the configured buffer limit "
       "[104857600]",
       100 * kMiB, 200'000'000, "bytes"},
      {"cannot be written because its size (1,100,000 bytes) exceeds the "
       "maximum allowed size of 1,048,576 bytes.",
       kMiB, 1'100'000, "bytes"},
      // Uploads.
      {"client intended to send too large body: 52428801 bytes", 0, 52'428'801,
       "bytes"},
      {"<Error><Code>EntityTooLarge</Code><ProposedSize>5368709121"
       "</ProposedSize><MaxSizeAllowed>5368709120</MaxSizeAllowed></Error>",
       5'368'709'120, 5'368'709'121, "bytes"},
      {"{'Code': 'EntityTooLarge', 'ProposedSize': '5368709121', "
       "'MaxSizeAllowed': '5368709120'}",
       5'368'709'120, 5'368'709'121, "bytes"},
      {"the request was rejected because its size (11534336) exceeds the "
       "configured maximum (10485760)",
       10 * kMiB, 11'534'336, ""},
      {"PayloadTooLargeError: request entity too large { expected: 200000, "
       "length: 200000, limit: 102400 }",
       102'400, 200'000, "bytes"},
      {"maxContentLength size of 10000000 exceeded", 10'000'000, 0, "bytes"},
      {"Record at the position 4 objectID=911 is too big size=12044/10000 "
       "bytes.",
       10'000, 12'044, "bytes"},
      {"File a.bin is 120.50 MB; this exceeds GitHub's file size limit of "
       "100.00 MB",
       100 * kMiB, 126'353'408, "bytes"},
      {"Request must be smaller than 6291456 bytes for the InvokeFunction "
       "operation",
       6'291'456, 0, "bytes"},
      {"Response payload size (6500000 bytes) exceeded maximum allowed payload "
       "size (6291556 bytes).",
       6'291'556, 6'500'000, "bytes"},
      {"File size exceeds the limit of 10MB", 10 * kMiB, 0, "bytes"},
      {"File too big: the maximum size allowed is exceeded, over the limit of "
       "1.5 GB",
       1'610'612'736, 0, "bytes"},
      {"Request payload size exceeds the limit: 10485760 bytes.", 10 * kMiB, 0,
       "bytes"},
      {"metadata.annotations: Too long: must have at most 262144 bytes",
       262'144, 0, "bytes"},
      {"Request entity too large: limit is 3145728", 3 * kMiB, 0, "bytes"},
      {"Member must have length less than or equal to 1048576", kMiB, 0, ""},
      {"String should have at most 10 characters", 10, 0, "characters"},
      {"List should have at most 3 items after validation, not 5", 3, 5,
       "items"},
      {"the body must not exceed 512 KB", 512 * 1024, 0, "bytes"},
      {"names cannot be longer than 63 characters", 63, 0, "characters"},
      {"HTTP content length exceeded 1048576 bytes.", kMiB, 0, "bytes"},
      {"Exceeded limit on max bytes to buffer : 262144", 262'144, 0, "bytes"},
  };
  for (const auto& c : kCases) {
    const auto found = FindSizeLimit(c.text);
    EXPECT_TRUE(found.has_value()) << c.text;
    if (!found) continue;
    EXPECT_EQ(found->limit, c.limit) << c.text;
    EXPECT_EQ(found->actual, c.actual) << c.text;
    EXPECT_EQ(found->unit, c.unit) << c.text;
  }
}

TEST(FindSizeLimitTest, OtherNumbersAreNoSize) {
  const char* const kTexts[] = {
      "",
      "413 Request Entity Too Large",
      "Item size has exceeded the maximum allowed size",
      "rate limit is 3 per 60s",
      "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, "
      "Used 28714, Requested 2210. Please try again in 1.848s.",
      "This request would exceed your organization's rate limit of 40,000 "
      "input tokens per minute",
      "API rate limit exceeded for user ID 5512344",
      "Maximum execution time of 30 seconds exceeded",
      "Navigation timeout of 30000 ms exceeded",
      "Timeout exceeded: must be less than 30 seconds",
      "exceeded maximum number of attempts, 3",
      "Max retries exceeded with url: /v1?size=403",
      "Too many simultaneous queries. Maximum: 100",
      "password must be at least 8 characters",
      "must be greater than 5 bytes",
      "must be longer than 3 characters",
      "Received message larger than max (400 vs. 4194304)",
      "prompt is too long: 100 tokens > 200000 maximum",
      "message larger than max (99999999999999999999 vs. 4)",
      "[parent] Data too large, data for [<http_request>] would be "
      "[1032847264/985mb], which is larger than the limit of "
      "[1020054732/972.7mb]",
      "value too long for type text",
      "file name too long",
      "exceeds the limit of 3 per second",
      "has exceeded its quota of 5 jobs",
      "maximum context length is unknown: 500",
      "no more than 3 attempts are made",
      "larger than 0 bytes",
      "at most one: expected 3 items, not 5 items",
      "exceeding all hopes, it read 3 bytes, not 5 bytes",
  };
  for (const char* text : kTexts) {
    const auto found = FindSizeLimit(text);
    EXPECT_FALSE(found.has_value()) << text;
  }
}

}  // namespace
}  // namespace recourse
