# Warnings, sanitizers and the faster tools where the machine has them.

# The same for all, as precompiled headers ask for.
add_compile_options(-Wall -Wextra -Werror -pthread)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  # -g1 keeps stack traces readable at a tenth of the size of full debug data.
  # NDEBUG stays unset: a broken invariant must abort, in production too.
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options(-Wthread-safety)
endif()

if(RECOURSE_SANITIZE)
  # What any of them finds ends the program: a test cannot pass over it.
  add_compile_options(-fsanitize=${RECOURSE_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer -g1)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-fsanitize=${RECOURSE_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
