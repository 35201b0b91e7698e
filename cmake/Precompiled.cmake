# Most of the time of a compilation goes into headers of other people: each set
# of them is read once. -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON switches it off and
# shows whether every file includes what it uses.

# GCC forgets that a precompiled header is somebody else's, and warns about it;
# whoever compiles without them still sees these warnings.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
  add_compile_options(-Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
    -Wno-maybe-uninitialized -Wno-restrict -Wno-free-nonheap-object
    -Wno-missing-field-initializers)
endif()

set(PRECOMPILED_BASE
  <algorithm> <array> <atomic> <cmath> <cstdint> <deque> <functional> <map> <memory> <optional>
  <set> <string> <thread> <tuple> <utility> <variant> <vector>
  <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h> <absl/status/statusor.h>
  <absl/strings/match.h> <absl/strings/str_cat.h> <absl/strings/str_format.h>
  <absl/strings/str_join.h> <absl/strings/str_split.h> <absl/synchronization/mutex.h>
  <absl/time/clock.h> <absl/time/time.h> <absl/types/span.h>
  <google/protobuf/any.pb.h> <google/protobuf/duration.pb.h> <google/protobuf/field_mask.pb.h>
  <google/protobuf/struct.pb.h> <google/protobuf/timestamp.pb.h> <re2/re2.h>)
set(PRECOMPILED_GRPC <grpcpp/grpcpp.h> <grpcpp/support/server_callback.h>)
set(PRECOMPILED_TEST <fstream> <random> <sstream> <gmock/gmock.h> <gtest/gtest.h>)

# precompiled_set(NAME HEADERS ... DEPS ...)
function(precompiled_set name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS" ${ARGN})
  file(WRITE ${CMAKE_BINARY_DIR}/precompiled/${name}.cc "")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/precompiled/${name}.cc)
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

set(BASE_DEPS absl::flat_hash_map absl::flat_hash_set absl::statusor absl::str_format
  absl::synchronization protobuf::libprotobuf PkgConfig::RE2)
precompiled_set(precompiled_base HEADERS ${PRECOMPILED_BASE} DEPS ${BASE_DEPS})
precompiled_set(precompiled_grpc HEADERS ${PRECOMPILED_BASE} ${PRECOMPILED_GRPC}
  DEPS ${BASE_DEPS} gRPC::grpc++)
if(BUILD_TESTING)
  precompiled_set(precompiled_test HEADERS ${PRECOMPILED_BASE} ${PRECOMPILED_TEST}
    DEPS ${BASE_DEPS} GTest::gmock)
  precompiled_set(precompiled_grpc_test
    HEADERS ${PRECOMPILED_BASE} ${PRECOMPILED_GRPC} ${PRECOMPILED_TEST}
    DEPS ${BASE_DEPS} gRPC::grpc++ GTest::gmock)
endif()

# Uses the set that goes with what a target links. TEST for a test program.
function(use_precompiled target)
  cmake_parse_arguments(ARG "TEST" "" "DEPS" ${ARGN})
  set(set precompiled)
  if("${ARG_DEPS}" MATCHES "gRPC::|recourse_(grpc|rpc|server_lib|client|cli)")
    string(APPEND set _grpc)
  endif()
  if(ARG_TEST)
    string(APPEND set _test)
  elseif(set STREQUAL precompiled)
    string(APPEND set _base)
  endif()
  target_precompile_headers(${target} REUSE_FROM ${set})
endfunction()
