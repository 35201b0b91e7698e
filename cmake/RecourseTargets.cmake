# One library per folder.  Its DEPS are the dependency rule: what a folder may
# include is what its library links (scripts/check_includes.py holds it to that).

# recourse_library(NAME SRCS a.cc ... DEPS lib ...)
function(recourse_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  if(ARG_SRCS)
    add_library(${name} STATIC ${ARG_SRCS})
    target_link_libraries(${name} PUBLIC ${ARG_DEPS})
    use_precompiled(${name} DEPS ${ARG_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

# recourse_program(NAME SRCS a.cc ... DEPS lib ...): lands in build/bin/NAME.
function(recourse_program name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} ${RECOURSE_EXTRA_OBJECTS})
  use_precompiled(${name} DEPS ${ARG_DEPS})
endfunction()

# recourse_test(NAME SRCS a.cc ... DEPS lib ...): a GoogleTest program run by
# ctest as one test from the repository's root.
function(recourse_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SRCS;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(RECOURSE_SANITIZE)
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")  # So much slower they may be.
  endif()
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main
    ${RECOURSE_EXTRA_OBJECTS})
  use_precompiled(${name} TEST DEPS ${ARG_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()
