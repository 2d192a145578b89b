# What is installed, and the Debian package: cmake --preset package && cmake --build build/package --target package
option(NODED_PACKAGE "install rules and the Debian package" OFF)
if(NOT NODED_PACKAGE)
  return()
endif()
include(GNUInstallDirs)
# Whoever builds a package for others answers for it. The address below is reserved for documentation: it reaches nobody.
set(NODED_MAINTAINER "Unnamed maintainer of a local build <nobody@example.invalid>" CACHE STRING
  "name and address of who answers for the package, as in \"Jane Doe <jane@example.org>\"")
if(NOT NODED_MAINTAINER MATCHES "^[^<>]+ <[^<> @]+@[^<> @]+>$")
  message(FATAL_ERROR "NODED_MAINTAINER is \"${NODED_MAINTAINER}\"; it has to be like \"Jane Doe <jane@example.org>\"")
endif()

# Documents that the binary prints, and what Debian wants compressed.
set(documents ${CMAKE_BINARY_DIR}/documents)
file(MAKE_DIRECTORY ${documents})
configure_file(packaging/debian/changelog.in ${documents}/changelog @ONLY)
add_custom_command(OUTPUT ${documents}/noded.1.gz
  COMMAND $<TARGET_FILE:noded> man > noded.1
  COMMAND gzip -9nf noded.1
  COMMAND $<TARGET_FILE:noded> completion bash > noded
  COMMAND $<TARGET_FILE:noded> completion zsh > _noded
  COMMAND $<TARGET_FILE:noded> completion fish > noded.fish
  COMMAND $<TARGET_FILE:noded> config print --sample > noded.yaml
  COMMAND gzip -9nc changelog > changelog.gz
  DEPENDS noded ${documents}/changelog
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
install(FILES packaging/debian/copyright ${documents}/changelog.gz README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES config/examples/api.yaml config/examples/tasks.json DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${NODED_MAINTAINER}")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# libcurl is loaded at run time, and needs the certificates that others are trusted by.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
  "libcurl4 (>= 7.85), ca-certificates, systemd | systemd-standalone-sysusers | systemd-sysusers")
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
