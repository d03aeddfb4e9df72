# cmake --install: the tool, the Lambda bootstrap, the header, the library with pkg-config file and CMake package, the weights.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tern)

install(TARGETS tern RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS bootstrap RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/tern)   # not a command: Lambda starts it
install(FILES engine/tern.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY weights/ DESTINATION ${CMAKE_INSTALL_DATADIR}/tern)

set_target_properties(libtern PROPERTIES EXPORT_NAME tern)
install(TARGETS libtern EXPORT tern ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT tern NAMESPACE tern:: FILE ternTargets.cmake DESTINATION ${package_dir})
configure_package_config_file(cmake/ternConfig.cmake.in ${CMAKE_BINARY_DIR}/ternConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/ternConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/ternConfig.cmake ${CMAKE_BINARY_DIR}/ternConfigVersion.cmake DESTINATION ${package_dir})

# Relative to the .pc file, so that cmake --install --prefix and moving the tree both work.
file(RELATIVE_PATH pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
list(TRANSFORM engine_libraries PREPEND -l REGEX "^[^-]" OUTPUT_VARIABLE pc_libraries)
list(JOIN pc_libraries " " pc_libraries)
configure_file(cmake/tern.pc.in ${CMAKE_BINARY_DIR}/tern.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/tern.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
