package main

// In this order: what was there before brokergate is, it is installed, people work, the policy is changed, then things
// break. From "asked directly" on the API server asks brokergate itself; before, a recorder stands between.
func scenarios(manifests string) []scenario {
	all := []scenario{
		{"an installation that was there before", before},
		{"helm install of brokergate: the API server asks it by URL", install},
		{"kubectl apply of the demo: brokers and load balancers are mended", applyDemo},
		{"the same apply again: nothing is written", applyAgain},
		{"kubectl diff of the same source is empty", diffSame},
		{"--dry-run=server shows what would be, and stores nothing", dryRun},
		{"what brokergate cannot mend is denied, with the reason", denied},
		{"what is not Kafka stays as it is, and no word is said", notKafka},
		{"server-side apply by two managers", serverSide},
		{"kubectl scale is not asked about", scale},
		{"kubectl edit by patch: what takes the listener away is mended or denied", patched},
		{"generateName", generateName},
		{"helm 3: install, upgrade, rollback, uninstall", func(w *world) { helmLife(w, w.tools.helm) }},
		{"helm 4: install, upgrade, rollback, uninstall", func(w *world) { helmLife(w, w.tools.helm4) }},
		{"delete, one and all", deleted},
		{"a live Service with an address keeps its load balancer, with a warning", liveService},
		{"brokers that were there before keep their template, with a warning", liveBrokers},
		{"an object that is being deleted loses its finalizer", terminating},
		{"an old API version is refused by the API server, and lint says why", oldVersion},
		{"mode observe: nothing is changed, nothing said, the log tells", observe},
		{"mode warn: mended and told, nothing denied", warn},
		{"mode enforce again: denied", enforce},
		{"inject pod: the template stays, each pod gets its own", injectPod},
	}
	if manifests != "" {
		all = append(all, scenario{"every manifest of the folder is stored or refused for a reason",
			func(w *world) { corpus(w, manifests) }})
	}
	return append(all,
		scenario{"review offline answers every recorded request byte for byte", replay},
		scenario{"asked directly: helm upgrade to another address", direct},
		scenario{"mutating webhook gone: what is not mended is denied", onlyValidating},
		scenario{"20 certificates, from an old and a new authority, under load: no call fails", rotations},
		scenario{"20 policy reloads under load: no call fails", reloads},
		scenario{"a broken certificate is not taken up", brokenPair},
		scenario{"a certificate of another authority, or for another address: denied with x509", wrongCertificate},
		scenario{"brokergate down under enforce: what passes and what does not", downEnforce},
		scenario{"brokergate down under warn: all passes, nothing is mended", downWarn},
		scenario{"doctor: an installation that is well", doctorWell},
		scenario{"doctor: each mode as far as it can be seen", doctorModes},
		scenario{"doctor: down, wrong authority, a half gone, changed rules: what it is and what to do", doctorBroken},
		scenario{"doctor: what somebody may not see is said", doctorRights},
		scenario{"helm uninstall: nothing is left, nothing is denied", uninstall},
	)
}

// What the others rest on.
var always = map[string]bool{
	"an installation that was there before":                            true,
	"helm install of brokergate: the API server asks it by URL":        true,
	"kubectl apply of the demo: brokers and load balancers are mended": true,
	"the same apply again: nothing is written":                         true,
	"mode observe: nothing is changed, nothing said, the log tells":    true,
	"mode warn: mended and told, nothing denied":                       true,
	"mode enforce again: denied":                                       true,
	"asked directly: helm upgrade to another address":                  true,
}
