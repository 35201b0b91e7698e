// Errors as loggers write them into one text: "Type: message", with or without
// the stack around it.
#pragma once

#include <string>

namespace recourse::cli {

struct ErrorText {
  std::string type;     // Empty where the text names none.
  std::string message;  // Without the type.
  std::string stack;    // The whole text, where it holds a stack.
};

// Reads stack traces as Python ("Traceback (most recent call last):", the error
// last), and as Java, JavaScript, .NET and Go write them (the error first, its
// frames indented or after "goroutine"). Any other text is a message.
ErrorText SplitErrorText(const std::string& text);

}  // namespace recourse::cli
