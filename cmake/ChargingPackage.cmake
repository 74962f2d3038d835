# The common models as a package for programs of others: headers, static libraries and what find_package(contactor) reads.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(parts base vin charging json charging_json)
foreach(part IN LISTS parts)
  install(TARGETS ctr_${part} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/contactor COMPONENT charging)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/src/${part} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/contactor
    COMPONENT charging FILES_MATCHING PATTERN "*.h" PATTERN "*testing.h" EXCLUDE PATTERN "gazetteer_table.h" EXCLUDE)
endforeach()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/contactor)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/contactorConfig.cmake.in
  ${CMAKE_BINARY_DIR}/contactorConfig.cmake INSTALL_DESTINATION ${package_dir}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/contactorConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/contactorConfig.cmake ${CMAKE_BINARY_DIR}/contactorConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT charging)
