// What reads like a secret, and what like the wording of an error? The
// judgements that the redaction rules share.
#pragma once

#include "absl/strings/string_view.h"

namespace recourse {

// True for a value that stands for a secret without being one: empty, `***`,
// `<password>`, `${TOKEN}`, `$TOKEN`, `{{ .token }}`, `%s`, `?`, null, YES.
bool StandsForSecret(absl::string_view value);

// True for a word, in any case, that error messages put where a secret could
// stand: "password: must be …", "token: expired".
bool IsProseWord(absl::string_view word);

// True when `text` begins with a prose word (letters up to the first other
// character).
bool BeginsAsProse(absl::string_view text);

// True when one of the first words of `text` is a prose word, unless that is
// all of it and people choose it as a password ("secret").
bool ReadsAsProse(absl::string_view text);

// True for what people do not write by hand: letters and digits mixed in 6 or
// more characters, or 20 and more letters in mixed case. False for timestamps.
bool LooksGenerated(absl::string_view value);

// True for base64 of something with a colon: what Basic authentication sends.
bool IsBasicCredential(absl::string_view value);

// True for 13-19 digits (spaces, dots and dashes between them do not count) of
// a card issuer's range whose Luhn sum is right.
bool IsCardNumber(absl::string_view text);

bool IsAsciiDigits(absl::string_view text);  // One or more.

}  // namespace recourse
