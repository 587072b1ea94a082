// What a certificate says of itself.
#pragma once

#include <cstdint>
#include <string>

#include "certs/names.h"
#include "certs/pem.h"

namespace brokergate::certs {

// Seconds since 1970 (UTC); 0 when the certificate's own time cannot be read.
int64_t begins(const Certificate& certificate);
int64_t ends(const Certificate& certificate);
// 2026-11-23T08:00:00Z
std::string moment(int64_t seconds);
// "in 12 days", "3 hours ago"
std::string from_now(int64_t seconds, int64_t now);

// basicConstraints with CA:TRUE, which Go's x509 asks of every certificate of version 3.
bool is_authority(const Certificate& certificate);
// load_certificates(), of which every one has to be an authority's; else the error names it.
tl::expected<Certificates, std::string> load_authorities(const std::string& file);
bool same(const Certificate& one, const Certificate& other);
// The subject alternative names that are DNS names or addresses.
Names names_of(const Certificate& certificate);
// Common name, or the whole subject; control characters replaced.
std::string subject_of(const Certificate& certificate);
// First eight bytes of the SHA-256 of the whole, in hex: enough to tell two apart.
std::string mark_of(const Certificate& certificate);

}  // namespace brokergate::certs
