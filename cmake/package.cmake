# What is installed, and the Debian package: cmake --preset package && cmake --build build/package --target package
option(NODED_PACKAGE "install rules and the Debian package" OFF)
if(NOT NODED_PACKAGE)
  return()
endif()
include(GNUInstallDirs)

# Documents that the binary prints, and what Debian wants compressed.
set(documents ${CMAKE_BINARY_DIR}/documents)
file(MAKE_DIRECTORY ${documents})
add_custom_command(OUTPUT ${documents}/noded.1.gz
  COMMAND $<TARGET_FILE:noded> man > noded.1
  COMMAND gzip -9nf noded.1
  COMMAND $<TARGET_FILE:noded> completion bash > noded
  COMMAND $<TARGET_FILE:noded> completion zsh > _noded
  COMMAND $<TARGET_FILE:noded> completion fish > noded.fish
  COMMAND $<TARGET_FILE:noded> config print --sample > noded.yaml
  COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/packaging/debian/changelog > changelog.gz
  DEPENDS noded ${CMAKE_SOURCE_DIR}/packaging/debian/changelog
  WORKING_DIRECTORY ${documents} VERBATIM)
add_custom_target(documents ALL DEPENDS ${documents}/noded.1.gz)

install(TARGETS noded RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${documents}/noded.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${documents}/noded DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${documents}/_noded DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${documents}/noded.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES systemd/noded.service systemd/noded.socket systemd/noded@.service DESTINATION /lib/systemd/system)
install(FILES systemd/noded.sysusers DESTINATION /usr/lib/sysusers.d RENAME noded.conf)
install(FILES ${documents}/noded.yaml DESTINATION /etc/noded)
install(FILES packaging/debian/copyright ${documents}/changelog.gz README.md docs/operations.md
  docs/operations_backup.md docs/operations_doctor.md docs/limits.md docs/configuration.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES config/examples/api.yaml config/examples/tasks.json DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The noded maintainers <maintainers@noded.invalid>")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers | systemd-sysusers")
# The synopsis is the project's description; this is the text below it.
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"noded serves a whole application backend from one process and one data
directory: entities with relations and indices, accounts, permissions and
policies, over the HTTP API of bknd. What a node becomes is its role.

The package brings units for systemd; the service runs sandboxed under a user
of its own and listens on the loopback address until it is told otherwise.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/debian/conffiles
  ${CMAKE_SOURCE_DIR}/packaging/debian/postinst ${CMAKE_SOURCE_DIR}/packaging/debian/prerm
  ${CMAKE_SOURCE_DIR}/packaging/debian/postrm)
include(CPack)
