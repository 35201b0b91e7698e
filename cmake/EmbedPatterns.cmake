# Writes a C++ file that holds pattern files as text: the program carries its
# library, wherever it is installed.
#   cmake -DOUT=file.cc "-DFILES=a.yaml;b.yaml" -P EmbedPatterns.cmake
set(text "#include \"patterns/built_in.h\"\n\nnamespace recourse {\n\nconst std::vector<BuiltInPack>& BuiltInPacks() {\n  static const auto* packs = new std::vector<BuiltInPack>{\n")
foreach(file ${FILES})
  file(READ ${file} content)
  get_filename_component(name ${file} NAME)
  string(APPEND text "      {\"${name}\", R\"--yaml--(${content})--yaml--\"},\n")
endforeach()
string(APPEND text "  };\n  return *packs;\n}\n\n}  // namespace recourse\n")
file(WRITE ${OUT} "${text}")
