// Messages for tests, written as text.
#pragma once

#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace recourse {

// Merges `text` into `message`; a text that does not parse fails the test.
template <typename Message>
void MergeText(const std::string& text, Message& message) {
  EXPECT_TRUE(google::protobuf::TextFormat::MergeFromString(text, &message))
      << text;
}

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  MergeText(text, message);
  return message;
}

// `count` times `text`: rows of limits stay readable.
inline std::string Times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace recourse
