# cpack -G DEB in a build directory: the Debian package cooper_<version>_<architecture>.deb. What the program links is found by
# dpkg-shlibdeps, so the package fits the Debian release that it was built on; libcurl is loaded by name.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cooper)
set(CPACK_PACKAGE_VENDOR cooper)
set(CPACK_PACKAGE_CONTACT "cooper maintainers <maintainers@users.noreply.r-seed-082ebd0d.example>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "cooper builds container images from Dockerfiles and bake files, tries them\nand publishes them. It needs no daemon and no privilege.")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcurl4 (>= 7.85)")
# Certificates for registries; sub-ids where an ordinary user builds.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, uidmap")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_STRIP_FILES ON)
include(CPack)
