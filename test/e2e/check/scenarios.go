package main

// In this order: what was there before brokergate is, it is installed, people work, the policy is changed, then things
// break. From "asked directly" on the API server asks brokergate itself; before, a recorder stands between. Then all
// begins anew, as README.md tells to install it: with the chart's Service, and the Job's certificates.
func scenarios(manifests string) []scenario {
	all := []scenario{
		{"an installation that was there before", before, true},
		{"helm install of brokergate: the API server asks it by URL", install, true},
		{"kubectl apply of the demo: brokers and load balancers are mended", applyDemo, true},
		{"the same apply again: nothing is written", applyAgain, true},
		{"kubectl diff of the same source is empty", diffSame, false},
		{"--dry-run=server shows what would be, and stores nothing", dryRun, false},
		{"what brokergate cannot mend is denied, with the reason", denied, false},
		{"what is not Kafka stays as it is, and no word is said", notKafka, false},
		{"server-side apply by two managers", serverSide, false},
		{"Git as the source, as Flux and Argo CD apply and compare it: no drift", drift, false},
		{"kubectl scale is not asked about", scale, false},
		{"kubectl edit by patch: what takes the listener away is mended or denied", patched, false},
		{"generateName", generateName, false},
		{"helm 3: install, upgrade, rollback, uninstall", func(w *world) { helmLife(w, w.tools.helm) }, false},
		{"helm 4: install, upgrade, rollback, uninstall", func(w *world) { helmLife(w, w.tools.helm4) }, false},
		{"delete, one, all and as a collection", deleted, false},
		{"a live Service with an address keeps its load balancer, with a warning", liveService, false},
		{"brokers that were there before keep their template, with a warning", liveBrokers, false},
		{"the status of brokers is not asked about", statusOfBrokers, false},
		{"an object that is being deleted may still be changed, and loses its finalizer", terminating, false},
		{"an old API version is refused by the API server, and lint says why", oldVersion, false},
		{"the audit log tells which rules did what", audited, false},
		{"a mutating webhook that comes later: brokergate is asked again, and all is right", reinvoked, false},
		{"mode observe: nothing is changed, nothing said, logs tell", observe, true},
		{"mode warn: mended and told, nothing denied", warn, true},
		{"mode enforce again: denied", enforce, true},
		{"inject pod: the template stays, each pod gets its own", injectPod, false},
	}
	if manifests != "" {
		all = append(all, scenario{"every manifest of the folder is stored or refused for a reason",
			func(w *world) { corpus(w, manifests) }, false})
	}
	return append(all,
		scenario{"review offline answers every recorded request byte for byte", replay, false},
		scenario{"asked directly: helm upgrade to another address", direct, true},
		scenario{"mutating webhook gone: what is not mended is denied", onlyValidating, false},
		scenario{"20 certificates, from an old and a new authority, under load: no call fails", rotations, false},
		scenario{"20 policy reloads under load: no call fails", reloads, false},
		scenario{"a broken certificate is not taken up", brokenPair, false},
		scenario{"a certificate of another authority, or for another address: denied with x509", wrongCertificate, false},
		scenario{"brokergate down under enforce: what passes and what does not", downEnforce, false},
		scenario{"brokergate down under warn: all passes, nothing is mended", downWarn, false},
		scenario{"doctor: an installation that is well", doctorWell, false},
		scenario{"doctor: each mode as far as it can be seen", doctorModes, false},
		scenario{"doctor: down, wrong authority, a half gone, changed rules: what it is and what to do", doctorBroken, false},
		scenario{"doctor: what somebody may not see is said", doctorRights, false},
		scenario{"helm uninstall: nothing is left, nothing is denied", uninstall, true},
		scenario{"installed as README.md tells: the Job makes the certificate, with the chart's rights and no others", fresh, true},
		scenario{"from observe to enforce as README.md tells: what the Job wrote stays", step, true},
		scenario{"certs issue and bundle: an authority of one's own, under load: no call fails", ownCertificates, true},
		scenario{"the CronJob renews certificate and authority, under load: no call fails", renewed, true},
		scenario{"former authorities leave the configurations, under load: no call fails", formerLeaves, false},
		scenario{"rolling restart of two behind one address, under load: no call fails", rollingRestart, false},
		scenario{"removed as README.md tells: nothing is left", removeAsTold, true},
		scenario{"the same by Helm 4", freshHelm4, false},
		scenario{"the same by kubectl apply -k", freshKustomize, false},
	)
}
