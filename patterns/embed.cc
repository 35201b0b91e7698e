// Writes a C++ file that carries pattern files, checked and with what can be
// learned about them beforehand.
//   recourse_embed_patterns OUT.cc PACK.yaml...
#include <fstream>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "recourse/internal/v1/built_in_library.pb.h"
#include "server/match/literal_requirement.h"
#include "server/match/registry.h"
#include "server/wire/pattern.h"
#include "server/wire/pattern_file.h"

namespace recourse {
namespace {

constexpr int kBytesPerLine = 60;

absl::Status AddPack(const std::string& path,
                     internal::v1::BuiltInLibrary& library,
                     std::vector<SharedPattern>& parsed) {
  const auto sources = LoadPatternFile(path);
  if (!sources.ok()) return sources.status();
  for (const PatternSource& source : *sources) {
    const auto pattern = ParsePattern(source.pattern, Origin::kLibrary);
    if (!pattern.ok()) return pattern.status();
    parsed.push_back(*pattern);
    internal::v1::BuiltInPattern& entry = *library.add_patterns();
    *entry.mutable_pattern() = source.pattern;
    for (const auto& clause : LearnRequirement(*(*pattern)->regex).clauses) {
      internal::v1::LiteralClause& added = *entry.add_clauses();
      for (const std::string& literal : clause) added.add_literals(literal);
    }
  }
  return absl::OkStatus();
}

void WriteSource(const std::string& bytes, std::ostream& out) {
  out << "#include \"patterns/built_in.h\"\n\nnamespace recourse {\n\n"
         "absl::string_view BuiltInLibraryBytes() {\n"
         "  static constexpr char kBytes[] =\n";
  for (size_t start = 0; start < bytes.size(); start += kBytesPerLine) {
    out << "      \"";
    for (const unsigned char c : bytes.substr(start, kBytesPerLine)) {
      // Three octal digits: no digit that follows joins them.
      out << absl::StrFormat("\\%03o", c);
    }
    out << "\"\n";
  }
  out << "      ;\n  return absl::string_view(kBytes, sizeof(kBytes) - 1);\n"
         "}\n\n}  // namespace recourse\n";
}

int Failed(absl::string_view what) {
  std::cerr << what << "\n";
  return 1;
}

int Run(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: " << argv[0] << " OUT.cc PACK.yaml...\n";
    return 2;
  }
  internal::v1::BuiltInLibrary library;
  std::vector<SharedPattern> parsed;
  for (int i = 2; i < argc; ++i) {
    const absl::Status status = AddPack(argv[i], library, parsed);
    if (!status.ok()) return Failed(status.message());
  }
  const auto registry = PatternRegistry::Create(std::move(parsed), 0);
  if (!registry.ok()) return Failed(registry.status().message());
  library.set_literal_index((*registry)->SaveLiterals());
  std::ofstream out(argv[1], std::ios::binary);
  WriteSource(library.SerializeAsString(), out);
  out.close();
  return out ? 0 : Failed(absl::StrCat(argv[1], ": cannot be written"));
}

}  // namespace
}  // namespace recourse

int main(int argc, char** argv) { return recourse::Run(argc, argv); }
