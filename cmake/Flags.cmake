add_library(brokergate_flags INTERFACE)
target_compile_options(brokergate_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                                  -Wnon-virtual-dtor -Wnull-dereference)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlapping copies in `"text" + std::string` that are not there (GCC bug 105651).
  target_compile_options(brokergate_flags INTERFACE -Wno-restrict)
endif()
# The C++ library's own cheap checks, in every build: what ends the program a user runs has to end
# a test and a fuzz target as well, also where no sanitizer would see it (the end of a string_view).
target_compile_definitions(brokergate_flags INTERFACE _GLIBCXX_ASSERTIONS)
if(BROKERGATE_SANITIZE STREQUAL "thread")
  target_compile_options(brokergate_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer -Wno-null-dereference)
  target_link_options(brokergate_flags INTERFACE -fsanitize=thread)
elseif(BROKERGATE_SANITIZE STREQUAL "fuzz")
  target_compile_options(brokergate_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined
                                                    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(brokergate_flags INTERFACE -fsanitize=address,undefined)
elseif(BROKERGATE_SANITIZE)
  target_compile_options(brokergate_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                                    -fno-omit-frame-pointer -Wno-null-dereference)
  target_link_options(brokergate_flags INTERFACE -fsanitize=address,undefined)
else()
  # What Debian calls hardening=+all.
  target_compile_options(brokergate_flags INTERFACE -fstack-protector-strong -fstack-clash-protection
                                                    -fcf-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
                                                    -fPIE)
  target_link_options(brokergate_flags INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
