# The C++ client as a package (component `client`): find_package(recourse) gives
# recourse::client, pkg-config knows it as `recourse`.
set(CLIENT_INCLUDE ${CMAKE_INSTALL_INCLUDEDIR}/recourse)
set(CLIENT_PACKAGE ${CMAKE_INSTALL_LIBDIR}/cmake/recourse)
set(CLIENT_PKG_CONFIG ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

foreach(part client grpc proto)
  set_target_properties(recourse_${part} PROPERTIES EXPORT_NAME ${part})
endforeach()
target_compile_features(recourse_client INTERFACE cxx_std_20)
install(TARGETS recourse_client recourse_grpc recourse_proto EXPORT recourse
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT client
  INCLUDES DESTINATION ${CLIENT_INCLUDE})
install(EXPORT recourse NAMESPACE recourse:: FILE recourseTargets.cmake
  DESTINATION ${CLIENT_PACKAGE} COMPONENT client)

include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/recourseConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES cmake/recourseConfig.cmake ${CMAKE_BINARY_DIR}/recourseConfigVersion.cmake
  DESTINATION ${CLIENT_PACKAGE} COMPONENT client)

# From its own folder to the prefix, so that what is installed can be moved.
file(RELATIVE_PATH CLIENT_PREFIX /${CLIENT_PKG_CONFIG} /)
configure_file(cmake/recourse.pc.in ${CMAKE_BINARY_DIR}/recourse.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/recourse.pc DESTINATION ${CLIENT_PKG_CONFIG} COMPONENT client)

# Headers under the names by which they include one another.
install(DIRECTORY client/cpp DESTINATION ${CLIENT_INCLUDE}/client COMPONENT client
  FILES_MATCHING PATTERN "*.h")
foreach(folder recourse/v1 google/rpc grpc/health/v1)
  get_filename_component(parent ${folder} DIRECTORY)
  install(DIRECTORY ${CMAKE_BINARY_DIR}/gen/${folder} DESTINATION ${CLIENT_INCLUDE}/${parent}
    COMPONENT client FILES_MATCHING PATTERN "*.pb.h")
endforeach()
