# What `cmake --install BUILD --prefix /usr` puts where.  The pattern library is
# inside the server; its files are installed to be read, copied and changed.
include(GNUInstallDirs)

foreach(program recourse-server recourse)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
install(DIRECTORY patterns/ DESTINATION ${CMAKE_INSTALL_DATADIR}/recourse/patterns
  FILES_MATCHING PATTERN "*.yaml")
# For programs in other languages: what protoc needs to generate a client.
install(DIRECTORY proto/recourse/v1 DESTINATION ${CMAKE_INSTALL_DATADIR}/recourse/proto/recourse
  COMPONENT client FILES_MATCHING PATTERN "*.proto")
install(FILES ${CMAKE_BINARY_DIR}/recourse.binpb DESTINATION ${CMAKE_INSTALL_DATADIR}/recourse)
install(FILES deploy/recourse.service deploy/recourse.yaml
  DESTINATION ${CMAKE_INSTALL_DATADIR}/recourse)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md"
  PATTERN "*.svg")
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
