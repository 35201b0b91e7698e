// recourse-demo SERVER ERRORS.jsonl RECOURSE: plays real errors through a
// server and follows some recoveries to their end. RECOURSE is the CLI program.

#include <cstdio>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "client/cli/terminal.h"
#include "client/cpp/client.h"
#include "demo/gallery.h"
#include "demo/stories.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: recourse-demo SERVER ERRORS.jsonl RECOURSE\n");
    return 2;
  }
  const std::string server = argv[1];
  auto client = recourse::Client::Create(server);
  absl::Status status = client.status();
  if (status.ok()) {
    status = recourse::demo::ShowGallery(**client, argv[2],
                                         recourse::cli::DetectTerminal());
  }
  if (status.ok()) {
    status = recourse::demo::TellStories(
        **client, absl::StrCat("'", argv[3], "' --server ", server,
                               " incidents resolve"));
  }
  if (!status.ok()) {
    std::cerr << "the demonstration failed: " << status.ToString() << "\n";
    return 1;
  }
  return 0;
}
