package main

import (
	"fmt"
	"net/http"
	"strings"
)

// What audit says of a cluster that holds the objects of some files, and nothing else, is what lint says of the files: rule,
// severity, object, place and exit code. What may differ is in explained(), and is counted.
func viewAudit(w *world) {
	v := w.viewed()
	all := v.samples()
	v.readObjects(all)
	compared, count, movedAll, onceAll, wrong := 0, 0, 0, 0, []string(nil)
	for _, one := range all {
		if one.refused != "" {
			continue
		}
		lint := v.command("", v.tools.brokergate, append([]string{"lint", "-o", "json", "--policy", one.policy}, one.files...)...)
		files, objects := findings(lint.out)
		if objects != itoa(len(one.objects)) {
			one.refused = fmt.Sprintf("kubectl reads %d of %s objects", len(one.objects), objects)
			continue
		}
		stored := v.store(one)
		if one.refused == "" {
			audit := v.audit("-o", "json", "--policy", one.policy)
			cluster, _ := findings(audit.out)
			compared++
			count += len(files)
			a, b, moved, once := explained(without(files, cluster), without(cluster, files))
			movedAll, onceAll = movedAll+moved, onceAll+once
			if len(a)+len(b) > 0 || lint.code != audit.code {
				wrong = append(wrong, fmt.Sprintf("%s: exit code of lint %d, of audit %d\n  lint only:  %s\n  audit only: %s", one.name,
					lint.code, audit.code, strings.Join(a, "\n              "), strings.Join(b, "\n              ")))
			}
		}
		for _, url := range stored {
			if code, text := v.send(http.MethodDelete, url, "application/json", `{"propagationPolicy": "Background"}`); code != 200 {
				failf("%d %s", code, text)
			}
		}
	}
	refused := 0
	for _, one := range all {
		if one.refused != "" {
			refused++
			w.say("no object of a cluster: %s: %.110s", one.name, one.refused)
		}
	}
	w.say("%d of %d compared, %d findings; %d at another place, as the API server fills in or leaves out a field; %d of a key "+
		"that stands twice in the file", compared, len(all), count, movedAll, onceAll)
	// So that nobody takes silence for agreement.
	if len(wrong) > 0 || compared < 250 || count < 200 || refused > len(all)/10 {
		failf("%d differ:\n%s", len(wrong), strings.Join(wrong, "\n"))
	}
}
