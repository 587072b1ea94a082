# brokergate completion bash: put this into /etc/bash_completion.d or source it
_brokergate() {
  local word=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W 'lint mutate review inspect serve rules certs doctor audit version completion' -- "$word")
    return
  fi
  case ${COMP_WORDS[1]} in
    lint)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--help -h --view --namespace --policy --domain --output -o --fail-on-warn --fail-on-unknown --color' -- "$word")
      fi
      ;;
    mutate)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--help -h --view --namespace --policy --domain --diff --patch --in-place --color' -- "$word")
      fi
      ;;
    review)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--help -h --view --namespace --policy --domain --endpoint --color' -- "$word")
      fi
      ;;
    inspect)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--help -h --policy --domain --output -o --color' -- "$word")
      fi
      ;;
    serve)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--help -h --listen --cert --key --client-ca --client-name --cluster-view --kubeconfig --context --token-file --operations --stay --max-connections --max-connections-per-peer --policy --domain --color' -- "$word")
      fi
      ;;
    rules)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--help -h --color --output -o' -- "$word")
      elif [ "$COMP_CWORD" -eq 2 ]; then
        mapfile -t COMPREPLY < <(compgen -W 'list explain' -- "$word")
      fi
      ;;
    certs)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--help -h --color --dir --service --namespace --host --days --ca-days --new-ca --drop-old --cert --key --ca --within --fail-on-warn --output -o --entries --apply --webhook --kubeconfig --context --token-file --secret --renew-before' -- "$word")
      elif [ "$COMP_CWORD" -eq 2 ]; then
        mapfile -t COMPREPLY < <(compgen -W 'issue check bundle renew' -- "$word")
      fi
      ;;
    doctor)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--help -h --kubeconfig --context --token-file --release --namespace --probe-namespace --no-probe --without --within --output -o --fail-on-warn --fail-on-unknown --color' -- "$word")
      fi
      ;;
    audit)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--help -h --kubeconfig --context --token-file --record --replay --policy --domain --output -o --fail-on-warn --fail-on-unknown --color' -- "$word")
      fi
      ;;
    version)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--help -h --color' -- "$word")
      fi
      ;;
    completion)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--help -h --color' -- "$word")
      elif [ "$COMP_CWORD" -eq 2 ]; then
        mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$word")
      fi
      ;;
  esac
}
complete -o default -F _brokergate brokergate
exit 0
